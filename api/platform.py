"""One application put together: settings, database, caches, operations, worker."""

from dataclasses import dataclass
from importlib import metadata

from api import data_folder, upgrade
from company import hearing, installation, standards
from company import operations as company_operations
from company.facts import facts
from engine import (
    definitions,
    documents,
    duty_usage,
    notifications,
    rendering,
    user_tasks,
)
from engine.cache import Caches
from engine.connectors import connected
from engine.database import Database
from engine.operations import Operations
from engine.settings import Settings
from engine.sign_in import SignIns
from engine.worker import Worker
from engine.worker.lobby import lobby_of


@dataclass
class Platform:
    """What serves requests and works jobs; nothing of it is global."""

    settings: Settings
    database: Database
    works: bool
    version: str
    worker: Worker | None = None

    def start(self) -> None:
        """Begin to work jobs and timers, where this process does."""
        if self.works:
            self.worker = Worker(self.database)
            self.worker.start()

    def stop(self) -> None:
        """Finish what is running and give everything back."""
        lobby_of(self.database).close()
        if self.worker is not None:
            self.worker.stop()
        self.database.close()


def open_platform(settings: Settings, *, works: bool = True) -> Platform:
    """Put an application together; nothing is created or changed yet.

    Raises:
        DataFolderError: The folder for the data cannot be made.
    """
    data_folder.make(settings.data)
    database = Database(settings.database_url, settings.lock_wait_ms)
    database.info["settings"] = settings
    database.info["caches"] = Caches(settings.hot_instances)
    database.info["operations"] = _operations()
    database.info["sign_ins"] = SignIns()
    database.info["settle_joint"] = user_tasks.settle_joint
    database.info["facts"] = facts
    database.info["connectors"] = connected(settings)
    hearing.install(database.info)
    database.info["documents"] = documents.FolderStore(settings.data / "documents")
    return Platform(settings, database, works, metadata.version("fuwu"))


def prepare(platform: Platform) -> tuple[str, ...]:
    """Create what is missing: schema, duties, calendar, processes, sample people.

    Returns:
        Notes for whoever starts the server.

    Raises:
        DatabaseMissingError: The database cannot be used.
        NewerDatabaseError: A later release has written the database.
        FindingsError: A bundled process does not pass the checks.
    """
    upgrade.upgrade(platform.database)
    with (
        upgrade.failing_clearly(platform.database),
        platform.database.transaction() as session,
    ):
        notes = installation.install(session, platform.settings)
        definitions.deploy_bundled(session)
        standards.restore(session)
    with platform.database.reading() as session:
        duty_usage.gaps(session)
    return notes


def _operations() -> Operations:
    operations = Operations()
    notifications.register(operations)
    rendering.register(operations)
    company_operations.register(operations)
    return operations
