"""Put the data folders of the checkout into the wheel, and only there."""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from typing_extensions import override

FOLDERS = ("processes", "forms", "migrations")
# What authors of diagrams check them with, and what running code leaves behind.
NOT_DATA = {
    "node_modules",
    "lint",
    "package.json",
    "package-lock.json",
    ".npmrc",
    ".bpmnlintrc",
    "__pycache__",
}
ISLANDS = "api/web/static/dist/manifest.json"


class BundleData(BuildHookInterface):  # type: ignore[type-arg]  # any builder will do
    """Copy processes/, forms/ and migrations/ into engine/_bundled/."""

    @override
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Name every data file; refuse to build a wheel that lacks some.

        Editable installs are left alone: they read the checkout itself, where
        the islands may be built later.
        """
        if version == "editable":
            return
        root = Path(self.root)
        if not (root / ISLANDS).is_file():
            raise FileNotFoundError(f"{ISLANDS}: build web/ first (npm run build)")
        for name in FOLDERS:
            for file in _files(root, name):
                build_data["force_include"][file] = f"engine/_bundled/{file}"


def _files(root: Path, name: str) -> list[str]:
    paths = [path for path in (root / name).rglob("*") if path.is_file()]
    files = [path.relative_to(root) for path in paths]
    data = [str(file) for file in files if not NOT_DATA.intersection(file.parts)]
    if not data:
        raise FileNotFoundError(f"{name}/ holds no file that could be bundled")
    return sorted(data)
