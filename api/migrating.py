"""Running the bundled migrations; loads Alembic, so only where there is need."""

from alembic import command
from alembic.config import Config

from engine import resources
from engine.database import Database


def configuration(database: Database) -> Config:
    """Return Alembic's configuration for one database and the bundled scripts."""
    config = Config()
    config.set_main_option("script_location", str(resources.bundled("migrations")))
    config.attributes["engine"] = database.engine
    return config


def run(database: Database) -> None:
    """Bring the schema to the newest revision."""
    command.upgrade(configuration(database), "head")
