"""``fuwu deploy``: put a folder or files in force as one package."""

import argparse
import sys
from collections.abc import Iterable
from pathlib import Path

from api.cli import options
from api.cli.check import as_json, line
from api.platform import open_platform
from engine import definitions
from engine.authorization import SYSTEM
from engine.definitions import FindingsError
from engine.runtime import SourceFile


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    parser = commands.add_parser("deploy", help="deploy files as one package")
    parser.add_argument(
        "files", nargs="+", type=options.existing, help="files, or one folder"
    )
    parser.add_argument("--package", help="its name; else the folder's or file's")
    parser.add_argument("--dry-run", action="store_true", help="only the findings")
    options.add_place(parser)
    options.add_json(parser)
    parser.set_defaults(run=run)


def run(chosen: argparse.Namespace) -> int:
    """Deploy; 1 where a finding prevents it."""
    platform = open_platform(options.settings_from(chosen), works=False)
    name = chosen.package or chosen.files[0].stem
    try:
        with platform.database.transaction() as session:
            result = definitions.deploy(
                session, SYSTEM, name, list(_read(chosen.files)), dry_run=chosen.dry_run
            )
            version = result.deployment.version if result.deployment else None
    except FindingsError as error:
        for finding in error.findings:
            print(line(finding), file=sys.stderr)
        return 1
    finally:
        platform.database.close()
    value = {
        "package": name,
        "version": version,
        "created": result.created,
        "findings": [as_json(each) for each in result.findings],
    }
    told = f"{name}: version {version}" + ("" if result.created else " (unchanged)")
    options.show(chosen, value, [*map(line, result.findings), told])
    return 0


def _read(files: Iterable[Path]) -> Iterable[SourceFile]:
    for file in files:
        if file.is_dir():
            for inner in sorted(f for f in file.rglob("*") if f.is_file()):
                name = inner.relative_to(file).as_posix()
                yield SourceFile(name, inner.read_bytes())
        else:
            yield SourceFile(file.name, file.read_bytes())
