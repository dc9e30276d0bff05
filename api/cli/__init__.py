"""The command ``fuwu``."""

import argparse
import sys
from collections.abc import Sequence

from api.cli import check, config, database, deploy, serve, trace, users, worker
from engine.errors import EngineError

_COMMANDS = (serve, worker, database, check, deploy, trace, users, config)

USAGE_ERROR = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; 0 fine, 1 findings or refused, 2 wrong use."""
    parser = argparse.ArgumentParser(
        prog="fuwu", description="Serve and manage the customer-service procedure."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    for command in _COMMANDS:
        command.add(commands)
    chosen = parser.parse_args(arguments)
    try:
        code: int = chosen.run(chosen)
    except EngineError as error:
        print(f"{error.code}: {error.text.en}\n{error.text.zh}", file=sys.stderr)
        return 1
    return code


if __name__ == "__main__":
    sys.exit(main())
