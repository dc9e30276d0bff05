"""Options that several commands share, and the settings made from them."""

import argparse
import json
import secrets
import sys
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from api import data_folder
from engine.settings import Settings, default_data_folder

_SECRET_FILE = "session-secret"  # noqa: S105 - the name of a file, not its content
_SEAL_FILE = "secret-key"


def add_place(parser: argparse.ArgumentParser) -> None:
    """Add where data and database lie."""
    parser.add_argument("--data", type=Path, help="folder of SQLite file and documents")
    parser.add_argument("--database-url", help="sqlite:///… or postgresql://…")


def add_json(parser: argparse.ArgumentParser) -> None:
    """Add ``--json``."""
    parser.add_argument("--json", action="store_true", help="print JSON")


def settings_from(chosen: argparse.Namespace, **more: Any) -> Settings:
    """Return the settings; arguments win over variables, those over the file.

    What nobody sets gets a place of its own: a folder under the user's data
    directory, a SQLite file in it, and secrets (of sessions, and to seal what others
    entrust to us) that are drawn once and kept there, readable by their owner alone.
    """
    given = {k: v for k, v in more.items() if v is not None}
    given |= {
        name: value
        for name in ("data", "database_url")
        if (value := getattr(chosen, name, None)) is not None
    }
    try:
        return Settings(**_completed(given))
    except ValidationError as error:
        for problem in error.errors():
            name = "__".join(str(part) for part in problem["loc"]).upper()
            print(f"FUWU_{name}: {problem['msg']}", file=sys.stderr)
        sys.exit(2)


def _completed(given: dict[str, Any]) -> dict[str, Any]:
    known = Settings.sources(**given)
    data = Path(known.get("data") or default_data_folder()).absolute()
    given.setdefault("data", data)
    if "database_url" not in known:
        given["database_url"] = f"sqlite:///{data / 'fuwu.db'}"
    if "session_secret" not in known:
        given["session_secret"] = _kept_secret(data, _SECRET_FILE)
    if "secret_keys" not in known:
        given["secret_keys"] = (_kept_secret(data, _SEAL_FILE),)
    return given


def _kept_secret(data: Path, name: str) -> str:
    return data_folder.kept(data, name, secrets.token_urlsafe(48))


def show(chosen: argparse.Namespace, value: Any, lines: list[str]) -> None:
    """Print ``value`` as JSON where asked, else ``lines``."""
    if chosen.json:
        print(json.dumps(value, ensure_ascii=False, indent=2, default=str))
    else:
        print("\n".join(lines))


def existing(text: str) -> Path:
    """Return the path of a file or folder that is there.

    Raises:
        ArgumentTypeError: It is not.
    """
    if not (path := Path(text)).exists():
        raise argparse.ArgumentTypeError(f"{text} is not there")
    return path


def file(text: str) -> Path:
    """Return the path of a file that is there.

    Raises:
        ArgumentTypeError: It is not, or is no file.
    """
    if not (path := existing(text)).is_file():
        raise argparse.ArgumentTypeError(f"{text} is no file; name the files in it")
    return path
