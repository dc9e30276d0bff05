"""Build the wheel from the source archive, install it elsewhere, serve from it.

Proves what the checkout cannot: that nothing needs a file outside the package.
"""

import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import environment
import islands

SMOKE = environment.ROOT / "scripts" / "smoke.py"
SECONDS_TO_STOP = 30


def main() -> None:
    """Build, install, serve and complete one task; leave at the first failure."""
    environment.end_cleanly()
    environment.prepare(environment.DEVELOPMENT)
    islands.prepare()
    with tempfile.TemporaryDirectory(prefix="fuwu-wheel-") as made:
        folder = Path(made)
        wheel = _build(folder)
        environment.say(f"{wheel.name} has {wheel.stat().st_size / 1e6:.1f} MB")
        programs = _install(wheel, folder / "venv")
        _try(programs, folder)


def _build(folder: Path) -> Path:
    environment.say("building the source archive, and the wheel from it")
    hatchling = environment.program("hatchling")
    environment.run(
        [hatchling, "build", "--target", "sdist", "--directory", str(folder)]
    )
    (archive,) = folder.glob("*.tar.gz")
    options = ["--no-deps", "--no-build-isolation", "--wheel-dir", str(folder)]
    environment.pip("wheel", *options, str(archive))
    (wheel,) = folder.glob("*.whl")
    return wheel


def _install(wheel: Path, venv: Path) -> Path:
    environment.say("installing it into an environment of its own")
    environment.run([sys.executable, "-m", "venv", str(venv)], folder=venv.parent)
    programs = venv / "bin"
    pip = [str(programs / "python"), "-m", "pip", "install", "--quiet", "--no-deps"]
    lock = environment.ROOT / environment.RUNTIME
    environment.run([*pip, "--require-hashes", "--requirement", str(lock)])
    environment.run([*pip, str(wheel)], folder=venv.parent)
    return programs


def _try(programs: Path, folder: Path) -> None:
    environment.say("serving from it and completing a task")
    variables = {**os.environ, "FUWU_SAMPLE_PASSWORD": secrets.token_urlsafe(16)}
    port = _free_port()
    data = ["--data", str(folder / "data"), "--port", str(port)]
    serve = [str(programs / "fuwu"), "serve", "--sample", "--test-clock", *data]
    smoke = [str(programs / "python"), str(SMOKE), f"http://127.0.0.1:{port}"]
    with _running(serve, folder, variables):
        environment.run(smoke, folder=folder, environment=variables)


@contextmanager
def _running(
    command: list[str], folder: Path, variables: dict[str, str]
) -> Iterator[None]:
    log = folder / "server.log"
    with log.open("wb") as output:
        server = subprocess.Popen(
            command, cwd=folder, env=variables, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        yield
    except SystemExit:
        print(log.read_text("utf-8", errors="replace")[-8000:], file=sys.stderr)
        raise
    finally:
        _stop(server)


def _stop(server: subprocess.Popen[bytes]) -> None:
    server.send_signal(signal.SIGTERM)
    try:
        server.wait(SECONDS_TO_STOP)
    except subprocess.TimeoutExpired:
        server.kill()
        sys.exit(f"failed: the server did not stop within {SECONDS_TO_STOP} s")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


if __name__ == "__main__":
    main()
