"""The pages' scripts and styles, built from ``web/`` into the package."""

from pathlib import Path

import environment
import node

WEB = environment.ROOT / "web"
BUILT = environment.ROOT / "api" / "web" / "static" / "dist" / "manifest.json"


def prepare() -> None:
    """Build the islands unless they are there and as new as their sources."""
    stamp = WEB / ".built"
    wanted = environment.digest(*_sources())
    if BUILT.is_file() and stamp.is_file() and stamp.read_text("utf-8") == wanted:
        return
    node.install(WEB)
    environment.say("building the islands")
    command = node.npm(WEB, "run", "build", "--silent")
    environment.run(
        [*command, "--", "--logLevel", "warn"], environment=node.surroundings()
    )
    stamp.write_text(wanted, "utf-8")


def _sources() -> list[Path]:
    folders = [WEB / "src", WEB / "build"]
    inside = [
        path for folder in folders for path in folder.rglob("*") if path.is_file()
    ]
    return [*inside, *WEB.glob("*.json"), WEB / "vite.config.ts"]
