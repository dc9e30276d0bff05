"""The schema of the database: bring it up to date, or say why that cannot be."""

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError

from engine import resources
from engine.database import Database
from engine.errors import UnavailableError


class NewerDatabaseError(UnavailableError):
    """A later release has written this database."""

    code = "database-newer"

    def __init__(self, revision: str) -> None:
        super().__init__(
            f"The database is at revision {revision}, which this release does not "
            "know: it was written by a newer release. Install that one, or restore "
            "a backup; nothing was changed",
            f"数据库版本{revision}由更新的版本写入,本版本无法识别;请安装新版本或恢复备份,"
            "未作任何更改",
        )


def configuration(database: Database) -> Config:
    """Return Alembic's configuration for one database and the bundled scripts."""
    config = Config()
    config.set_main_option("script_location", str(resources.bundled("migrations")))
    config.attributes["engine"] = database.engine
    return config


def current(database: Database) -> str | None:
    """Return the revision that the database is at; None when it is empty."""
    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def newest(database: Database) -> str | None:
    """Return the revision that this release brings."""
    return ScriptDirectory.from_config(configuration(database)).get_current_head()


def upgrade(database: Database) -> bool:
    """Bring the schema to the newest revision; tell whether anything was done.

    Raises:
        NewerDatabaseError: The database is ahead of this release.
    """
    config = configuration(database)
    scripts = ScriptDirectory.from_config(config)
    before = current(database)
    if before == scripts.get_current_head():
        return False
    if before is not None:
        _require_known(scripts, before)
    command.upgrade(config, "head")
    return True


def _require_known(scripts: ScriptDirectory, revision: str) -> None:
    try:
        scripts.get_revision(revision)
    except CommandError as error:
        raise NewerDatabaseError(revision) from error
