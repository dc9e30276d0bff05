"""``fuwu users``: add an account, or give one a new way in."""

import argparse

from api.cli import options
from api.platform import open_platform
from engine import api_tokens, identity
from engine.authorization import SYSTEM
from engine.identity import AccountDetails


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    parser = commands.add_parser("users", help="add an account or reset its password")
    parser.add_argument("action", choices=["add", "reset"])
    parser.add_argument("username")
    parser.add_argument("--name", help="the person's name (add)")
    parser.add_argument("--administrator", action="store_true")
    parser.add_argument("--kind", choices=["staff", "customer", "service"])
    options.add_place(parser)
    options.add_json(parser)
    parser.set_defaults(run=run)


def run(chosen: argparse.Namespace) -> int:
    """Print a one-time token with which the person sets a password."""
    platform = open_platform(options.settings_from(chosen), works=False)
    try:
        with platform.database.transaction() as session:
            if chosen.action == "add":
                details = AccountDetails(
                    display_name=chosen.name or chosen.username,
                    kind=chosen.kind or "staff",
                    administrator=chosen.administrator,
                )
                identity.create(session, SYSTEM, chosen.username, details)
            link = api_tokens.password_link(session, chosen.username)
    finally:
        platform.database.close()
    path = f"/password?token={link.token}"
    value = {"username": chosen.username, "path": path}
    options.show(chosen, value, [f"{chosen.username}: {path}"])
    return 0
