"""The printing process: what is missing is named, what dies is replaced."""

import os
import signal
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from engine.rendering import RenderingPartMissingError, child
from engine.rendering.printer import Printer

PAGE = "<p>合同</p>"


@pytest.fixture
def printer():
    made = Printer()
    yield made
    made.close()


def test_missing_chinese_font_names_the_package(tmp_path):
    empty = tmp_path / "fonts.conf"
    empty.write_text("<?xml version='1.0'?><fontconfig></fontconfig>")
    printer = Printer({"FONTCONFIG_FILE": str(empty)})

    with pytest.raises(RenderingPartMissingError) as caught:
        printer.pdf(PAGE)
    printer.close()

    assert "fonts-noto-cjk" in caught.value.text.zh
    assert "fonts-noto-cjk" in caught.value.text.en


def test_missing_pango_is_told_from_a_missing_font(monkeypatch):
    monkeypatch.setitem(sys.modules, "weasyprint", None)

    assert child.answer(PAGE.encode())[0] == child.NO_PANGO


def test_printer_that_was_killed_is_replaced(printer):
    first = printer.pdf(PAGE)
    os.kill(printer._process.pid, signal.SIGKILL)

    assert printer.pdf(PAGE)[:5] == first[:5] == b"%PDF-"


def test_nothing_is_fetched_from_anywhere(printer):
    asked = []

    class Trap(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)

    with ThreadingHTTPServer(("127.0.0.1", 0), Trap) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        address = f"http://127.0.0.1:{server.server_port}"
        page = (
            f'<img src="{address}/image"><link rel=stylesheet href="{address}/css">'
            f'<style>@import "{address}/more";</style>'
            '<embed src="file:///etc/hostname"><p>x</p>'
        )
        written = printer.pdf(page)
        server.shutdown()
        thread.join()

    assert asked == []
    assert written.startswith(b"%PDF-")


def test_layout_that_breaks_off_is_told_and_does_not_end_the_process():
    kind, reason = child.answer(b"\xff\xfe\xff")

    assert kind == child.FAILED
    assert reason.startswith(b"UnicodeDecodeError")
