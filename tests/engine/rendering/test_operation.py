"""A service task renders a document: PDF or spreadsheet, with version and readers."""

import hashlib
import io
from typing import Any

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader
from sqlalchemy import select

from engine import documents, rendering
from engine.lifecycles import InstanceState, JobState
from engine.rendering.printer import PRINTER
from engine.schema import Document
from tests.engine.rig import person
from tests.engine.worker.conftest import sequence, service_task

PAPER = """\
+++
title = "问题处理意见书"
number = "YJ"
readers = ["duty:service_director"]
+++
{% extends "paper.html.j2" %}
{% from "parts.html.j2" import signature %}
{% block author %}康博{% endblock %}
{% block number %}{{ project.number }}-{{ header.number }}{% endblock %}
{% block body %}
<p>{{ data.text }}</p>
{{ signature("审定人", names[data.by]) }}
{% endblock %}
"""
BOOK = """\
title = "进度计划表"
[[sheets]]
name = "计划"
rows = "data.phases"
columns = [{ title = "任务", value = "row.name" }]
"""
DATA = '{text: "仓库<b>网络</b>不稳定", by: "hou", phases: [{name: "安装"}]}'


@pytest.fixture
def render(house):
    """Deploy a process that renders one document, run it, and return the documents."""
    rendering.register(house.database.info["operations"])

    def _render(template="paper", wanted="pdf", data=DATA, **texts):
        task = service_task(
            "render_document",
            template=f"&quot;{template}&quot;",
            kind="&quot;issue_opinion&quot;",
            format=f"&quot;{wanted}&quot;",
            data=data.replace("<", "&lt;").replace('"', "&quot;"),
        )
        given = {
            "documents/paper.html.j2": PAPER,
            "documents/book.xlsx.toml": BOOK,
            **texts,
        }
        house.deploy(sequence(task), **given)
        key, keys = house.begin()
        house.work(keys, seconds=60)
        return key

    return _render


def _documents(house):
    with house.database.reading() as session:
        return session.scalars(select(Document).order_by(Document.key)).all()


def _content(house, document):
    with house.database.info["documents"].open(document.sha256) as stream:
        return stream.read()


def test_pdf_holds_the_text_in_embedded_chinese_fonts(house, render):
    key = render()

    (document,) = _documents(house)
    content = _content(house, document)
    page = PdfReader(io.BytesIO(content)).pages[0]
    text = page.extract_text()
    resources: Any = page["/Resources"]
    fonts = [font.get_object() for font in resources["/Font"].values()]
    assert house.instance(key).state is InstanceState.COMPLETED
    assert "问题处理意见书" in text
    assert "KB-2026-001-YJ" in text
    assert "仓库<b>网络</b>不稳定" in text
    assert "Hou" in text
    assert {str(font["/BaseFont"])[8:].partition("-")[0] for font in fonts} == {"Noto"}
    assert document.sha256 == hashlib.sha256(content).hexdigest()


def test_document_becomes_the_next_version_of_its_kind_for_its_readers(house, render):
    render()
    render()

    first, second = _documents(house)
    assert [first.version, second.version] == [1, 2]
    assert (first.void_at is None, second.void_at is None) == (False, True)
    assert second.name == "问题处理意见书_KB-2026-001_v2.pdf"
    assert (second.media_type, second.created_by) == ("application/pdf", "system")
    assert (second.kind, second.scope_key) == ("issue_opinion", house.project)
    with house.database.reading() as session:
        assert documents.may_read(session, person("hou"), second)
        assert not documents.may_read(session, person("wang"), second)


def test_spreadsheet_is_rendered_without_the_printer(house, render):
    render("book", "xlsx")

    (document,) = _documents(house)
    book = load_workbook(io.BytesIO(_content(house, document)))
    assert list(book["计划"].iter_rows(values_only=True)) == [
        ("任务",),
        ("安装",),
    ]
    assert document.media_type == documents.XLSX


def test_missing_value_is_an_incident_that_names_it(house, render):
    render(data='{text: "x"}')

    (incident,) = house.incidents()
    (job,) = house.jobs()
    assert (job.state, job.attempts) == (JobState.FAILED, 1)
    assert incident.code == "template-failed"
    assert "by" in incident.message_zh
    assert _documents(house) == []


def test_without_a_chinese_font_an_incident_names_the_package(
    house, render, monkeypatch, tmp_path
):
    empty = tmp_path / "fonts.conf"
    empty.write_text("<?xml version='1.0'?><fontconfig></fontconfig>")
    PRINTER.close()
    monkeypatch.setenv("FONTCONFIG_FILE", str(empty))

    render()

    PRINTER.close()
    (incident,) = house.incidents()
    assert "fonts-noto-cjk" in incident.message_zh
    assert "fonts-noto-cjk" in incident.message_en
    assert _documents(house) == []


def test_template_that_is_not_deployed_is_an_incident(house, render):
    render("no_such")

    (incident,) = house.incidents()
    assert "no_such.html.j2" in incident.message_zh


def test_format_that_nobody_makes_is_an_incident(house, render):
    render(wanted="docx")

    (incident,) = house.incidents()
    assert "docx" in incident.message_zh


def test_template_cannot_reach_python(house, render):
    escape = PAPER.replace("{{ data.text }}", "{{ ''.__class__.__mro__ }}")

    render(**{"documents/paper.html.j2": escape})

    (incident,) = house.incidents()
    assert incident.code == "template-failed"
    assert "unsafe" in incident.message_en


def test_letterhead_comes_from_another_package(house, render):
    house.deploy(
        sequence(),
        "letters",
        **{
            "documents/letterhead.html.j2": '{% extends "paper.html.j2" %}'
            "{% block author %}大连康博软件有限公司{% endblock %}"
        },
    )
    own = PAPER.replace('"paper.html.j2"', '"letterhead.html.j2"', 1).replace(
        "{% block author %}康博{% endblock %}", ""
    )

    render(**{"documents/paper.html.j2": own})

    (document,) = _documents(house)
    page = PdfReader(io.BytesIO(_content(house, document))).pages[0]
    assert "大连康博软件有限公司" in page.extract_text()
