"""The project's own Python environment, in ``.venv``.

Made once and brought up to date when a lock file changes, so that the commands
in this folder need nothing but Python. Standard library only: this runs before
anything is installed.
"""

import hashlib
import importlib.util
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
_PACKAGES = ("api", "company", "engine")
RUNTIME, DEVELOPMENT = "requirements.lock", "requirements-dev.lock"


def prepare(lock: str) -> None:
    """Make sure that everything in ``lock`` and the project are installed."""
    if not _runs(program("python")):
        _create()
    if _stamp(lock).is_file() and _stamp(lock).read_text("utf-8") == _state(lock):
        return
    say(f"installing {lock}")
    pip("install", "--no-deps", "--require-hashes", "--requirement", str(ROOT / lock))
    pip("install", "--no-deps", "--no-build-isolation", "--editable", str(ROOT))
    # As pip does with all that it copies, so that the first start is quick already.
    run([program("python"), "-m", "compileall", "-q", *_PACKAGES])
    # Whoever has the development tools has everything that serving needs.
    for satisfied in {lock, RUNTIME}:
        _stamp(satisfied).write_text(_state(satisfied), "utf-8")


def pip(*arguments: str) -> None:
    """Run the environment's own pip, silent unless something goes wrong."""
    quiet = ["--quiet", "--disable-pip-version-check", "--no-input"]
    run([program("python"), "-m", "pip", *arguments, *quiet])


def program(name: str) -> str:
    """Return the path of a program of the environment."""
    return str(VENV / "bin" / name)


def run(
    command: list[str], folder: Path = ROOT, environment: dict[str, str] | None = None
) -> None:
    """Run a step of the set-up, or leave saying which one failed."""
    finished = subprocess.run(command, cwd=folder, env=environment, check=False)
    if finished.returncode:
        sys.exit(f"failed: {' '.join(command)}")


def succeeds(command: list[str], environment: dict[str, str] | None = None) -> bool:
    """Run a check in the checkout and tell whether it passed."""
    finished = subprocess.run(command, cwd=ROOT, env=environment, check=False)
    return finished.returncode == 0


def system_packages(names: list[str]) -> bool:
    """Install Debian packages where we may; tell whether we could."""
    if os.geteuid() or not shutil.which("apt-get"):
        return False
    say(f"installing {' '.join(names)}")
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    run(["apt-get", "update", "-qq"], environment=quiet)
    install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends"]
    run([*install, "-o", "Dpkg::Use-Pty=0", *names], environment=quiet)
    return True


def end_cleanly() -> None:
    """Let a request to end take down what was started, servers above all."""
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))


def say(progress: str) -> None:
    """Tell on standard error what takes a while; output stays the command's."""
    print(f"· {progress}", file=sys.stderr, flush=True)


def digest(*files: Path) -> str:
    """Return one hash over the names and contents of ``files``."""
    sums = hashlib.sha256()
    for file in sorted(files):
        sums.update(f"{file.relative_to(ROOT)}\0".encode())
        sums.update(file.read_bytes())
    return sums.hexdigest()


def _create() -> None:
    if importlib.util.find_spec("ensurepip") is None:
        _install_ensurepip()
    say("creating .venv")
    run([sys.executable, "-m", "venv", "--clear", str(VENV)])


def _install_ensurepip() -> None:
    # Debian keeps the half of `venv` that installs pip in a package of its own.
    package = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
    if not system_packages([package]):
        sys.exit(
            f"This Python cannot make environments: sudo apt-get install {package}"
        )
    importlib.invalidate_caches()


def _runs(python: str) -> bool:
    try:
        command = [python, "-c", "import sys; sys.exit(sys.version_info < (3, 11))"]
        return subprocess.run(command, check=False).returncode == 0
    except OSError:
        return False


def _stamp(lock: str) -> Path:
    return VENV / f"{lock}.installed"


def _state(lock: str) -> str:
    files = [ROOT / lock, ROOT / "pyproject.toml", ROOT / "hatch_build.py"]
    return f"{digest(*files)} {ROOT}\n"
