"""``fuwu worker``: works jobs and timers beside any number of others."""

import argparse
import signal
import threading

from api import logs
from api.cli import options
from api.platform import open_platform, prepare


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    parser = commands.add_parser("worker", help="work jobs and timers only")
    options.add_place(parser)
    parser.set_defaults(run=run)


def run(chosen: argparse.Namespace) -> int:
    """Work until SIGTERM or SIGINT."""
    logs.configure()
    platform = open_platform(options.settings_from(chosen))
    prepare(platform)
    stopped = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stopped.set())
    platform.start()
    stopped.wait()
    platform.stop()
    return 0
