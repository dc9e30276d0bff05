"""What the machine itself has to have for PDF documents: Pango and a Chinese font."""

import shutil
import subprocess
from ctypes.util import find_library

import environment

LIBRARIES = {
    "pango-1.0": "libpango-1.0-0",
    "pangoft2-1.0": "libpangoft2-1.0-0",
    "harfbuzz-subset": "libharfbuzz-subset0",
}
FONT = "fonts-noto-cjk"


def prepare() -> None:
    """Install what is missing where we may; elsewhere say what it takes.

    Not a reason to stop: everything but documents works without.
    """
    missing = [package for name, package in LIBRARIES.items() if not find_library(name)]
    if not _has_chinese_font():
        missing.append(FONT)
    if missing and not environment.system_packages(missing):
        remedy = f"sudo apt-get install {' '.join(missing)}"
        environment.say(f"PDF documents will not be right until you: {remedy}")


def _has_chinese_font() -> bool:
    if not shutil.which("fc-list"):
        return False
    command = ["fc-list", ":lang=zh-cn", "family"]
    listed = subprocess.run(command, capture_output=True, check=False)
    return bool(listed.stdout.strip())
