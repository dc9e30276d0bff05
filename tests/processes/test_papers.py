"""Every document and notice that a diagram names is there and can be filled in."""

import re
from html import unescape
from pathlib import Path

import pytest

from engine import templates
from engine.notifications import texts
from engine.rendering import pdf, workbook
from tests.processes.paper_data import CASE, DOCUMENTS, NAMES, NOTICES

PROCESSES = Path(__file__).parents[2] / "processes"
PROJECT = {"number": "KB-2026-001", "title": "大连海鹏制药有限公司"}
NOW = "2026-03-05T01:30:00+00:00"
_TASK = re.compile(
    r'serviceTaskOperator id="(\w+)".*?</spiffworkflow:serviceTask', re.DOTALL
)
_PARAMETER = re.compile(r'parameter id="(\w+)" type="any" value="([^"]*)"')


def _called(operation):
    """Yield the package and the parameters of each service task of an operation."""
    for path in sorted(PROCESSES.glob("*/*.bpmn")):
        for task in _TASK.finditer(path.read_text("utf-8")):
            if task[1] == operation:
                found = dict(_PARAMETER.findall(task[0]))
                given = {name: unescape(value) for name, value in found.items()}
                yield path.parent.name, given


def _rendered():
    return sorted(
        {
            (package, given["template"].strip('"'), given["format"].strip('"'))
            for package, given in _called("render_document")
        }
    )


def _noticed():
    named = set()
    for operation in ("notify", "notify_document", "notify_customer"):
        for package, given in _called(operation):
            for name in re.findall(r'"(\w+)"', given.get("template", "")):
                if name != "N3b":  # a value that the template depends on
                    named.add((package, name))
    return sorted(named)


def _source(name):
    (path,) = PROCESSES.glob(f"*/documents/{name}")
    return templates.Source(f"documents/{name}", "d", path.read_text("utf-8"))


def _values(source, data):
    return {
        "case": CASE,
        "data": data,
        "project": PROJECT,
        "now": NOW,
        "names": NAMES,
        "header": source.header,
        "title": source.header["title"],
    }


def _html(name, data):
    source, letterhead = _source(f"{name}.html.j2"), _source("letterhead.html.j2")
    others = {**pdf.BUILT_IN, "letterhead.html.j2": letterhead.body}
    values = _values(source, data)
    return templates.fill(source, values, html=True, others=others)


@pytest.mark.parametrize(("package", "name", "wanted"), _rendered())
def test_document_can_be_made(package, name, wanted):
    del package
    if wanted == "pdf":
        html = _html(name, DOCUMENTS[name])
        assert "编号：KB-2026-001" in html
        assert "大连康博软件有限公司" in html
    else:
        source = _source(f"{name}.xlsx.toml")
        content = workbook.render(source, _values(source, DOCUMENTS[name]))
        assert content[:2] == b"PK"


@pytest.mark.parametrize(("package", "name"), _noticed())
def test_notice_can_be_sent_in_both_languages(package, name):
    path = PROCESSES / package / "mails" / f"{name}.txt.j2"
    source = templates.Source(path.name, "d", path.read_text("utf-8"))
    data = NOTICES.get(name, {})
    values = {
        **data,
        "data": data,
        "case": CASE,
        "project": PROJECT,
        "names": NAMES,
        "recipient": {"name": "陈刚", "username": "chen"},
        "documents": [{"name": "意见书.pdf", "title": "意见书", "version": 1}],
    }

    notice = texts.compose(source, values)

    assert notice.title
    assert "{{" not in notice.body + notice.body_en
    assert notice.body_en.isascii() or name.startswith("N") or "KB-2026" in notice.body


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("N1_designated", "马上将该服务请求转交到指定负责人"),
        (
            "N2_out_of_scope",
            (
                "该服务不属于我们正常的服务范围内,将把该服务请求转告公司销售经理,"
                "由销售经理负责和您协商"
            ),
        ),
        (
            "N3_expired",
            (
                "免费服务期已过,将把该服务请求转告公司负责人和销售经理,"
                "由销售经理负责和您协商"
            ),
        ),
        (
            "N3b_expired",
            "服务期已过,将把该服务请求转告公司负责人和销售经理,由销售经理负责和您协商",
        ),
    ],
)
def test_fixed_sentence_is_literal(name, sentence):
    """R4.3.3.1, R4.3.4.1, R5.4.2: customers hear exactly these words."""
    (path,) = PROCESSES.glob(f"*/mails/{name}.txt.j2")

    notice = texts.compose(templates.Source(name, "d", path.read_text("utf-8")), {})

    assert {notice.title, notice.body, notice.body_en} == {sentence}


def test_transfer_names_the_owner():
    """R4.3.2.3: N0 says to whom the request moves."""
    (path,) = PROCESSES.glob("*/mails/N0_transfer.txt.j2")
    source = templates.Source("N0", "d", path.read_text("utf-8"))

    notice = texts.compose(source, {"data": {"owner": "ma"}, "names": NAMES})

    assert notice.body == (
        "您的服务请求马上转移到该业务负责人马超,处理完成后及时告知您"
    )


def test_opinion_without_issues_says_so():
    """R1.4.3, A6: the opinion is written even when there is nothing to say."""
    data = {**DOCUMENTS["issue_opinion"], "issues": []}

    html = _html("issue_opinion", data)

    assert "无问题" in html
    assert "无问题" not in _html("issue_opinion", DOCUMENTS["issue_opinion"])


def test_amount_is_written_in_capital_characters_too():
    html = _html("solution_letter", DOCUMENTS["solution_letter"])

    assert "¥11,000.00（人民币壹万壹仟元整）" in html
    assert "两方签字后生效" in html
