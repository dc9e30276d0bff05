"""``fuwu config``: what is in force; secrets stay hidden."""

import argparse

from sqlalchemy import make_url

from api.cli import options


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    parser = commands.add_parser("config", help="print the settings in force")
    options.add_place(parser)
    options.add_json(parser)
    parser.set_defaults(run=run)


def run(chosen: argparse.Namespace) -> int:
    """Print every setting."""
    settings = options.settings_from(chosen)
    values = settings.model_dump(mode="json")
    values["database_url"] = make_url(settings.database_url).render_as_string()
    lines = [f"FUWU_{name.upper()} = {value}" for name, value in values.items()]
    options.show(chosen, values, lines)
    return 0
