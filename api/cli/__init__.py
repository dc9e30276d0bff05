"""The command ``fuwu``."""

import argparse
import gc
import importlib
import sys
from collections.abc import Sequence
from types import ModuleType

from engine.errors import EngineError

_COMMANDS = (
    "serve",
    "worker",
    "database",
    "check",
    "deploy",
    "trace",
    "users",
    "config",
)

USAGE_ERROR = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; 0 fine, 1 findings or refused, 2 wrong use."""
    parser = argparse.ArgumentParser(
        prog="fuwu", description="Serve and manage the customer-service procedure."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    for command in _loaded():
        command.add(commands)
    chosen = parser.parse_args(arguments)
    try:
        code: int = chosen.run(chosen)
    except EngineError as error:
        print(f"{error.code}: {error.text.en}\n{error.text.zh}", file=sys.stderr)
        return 1
    return code


def _loaded() -> list[ModuleType]:
    """Import the commands without looking for garbage meanwhile.

    What they import stays until the end. Searching it again and again while it grows
    is a fifth of the time to start, and freezing spares all later searches the same.
    """
    gc.disable()
    try:
        return [importlib.import_module(f"api.cli.{name}") for name in _COMMANDS]
    finally:
        gc.freeze()
        gc.enable()


if __name__ == "__main__":
    sys.exit(main())
