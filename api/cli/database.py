"""``fuwu db``: the schema and the integrity of the database."""

import argparse

from api import upgrade
from api.cli import options
from engine.database import Database


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    parser = commands.add_parser("db", help="upgrade or check the database")
    parser.add_argument("action", choices=["upgrade", "check"])
    options.add_place(parser)
    options.add_json(parser)
    parser.set_defaults(run=run)


def run(chosen: argparse.Namespace) -> int:
    """Upgrade the schema, or say whether it is at the newest revision."""
    settings = options.settings_from(chosen)
    settings.data.mkdir(parents=True, exist_ok=True)
    opened = Database(settings.database_url)
    try:
        if chosen.action == "upgrade":
            upgrade.upgrade(opened)
        revision, newest = upgrade.current(opened), upgrade.newest()
    finally:
        opened.close()
    value = {"revision": revision, "newest": newest, "upToDate": revision == newest}
    options.show(chosen, value, [f"revision {revision}, newest {newest}"])
    return 0 if revision == newest else 1
