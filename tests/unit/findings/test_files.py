"""What a file must be before anything in it is looked at."""

import pytest

from engine.runtime import xml
from engine.runtime.findings import check
from engine.runtime.step import Known, SourceFile
from engine.runtime.xml import UnreadableFileError, parse
from tests.unit.findings.diagrams import file, line, process, task


def only_finding(content: bytes):
    (finding,) = check([SourceFile("bad.bpmn", content)], Known())
    return finding


def test_text_is_no_diagram():
    finding = only_finding(b"good morning")

    assert (finding.code, finding.file, finding.line) == ("xml-invalid", "bad.bpmn", 1)


def test_empty_file_is_no_diagram():
    assert only_finding(b"").code == "xml-invalid"


def test_unclosed_element_is_found_on_its_line():
    finding = only_finding(b"<a>\n<b>\n</a>")

    assert (finding.code, finding.line) == ("xml-invalid", 3)


def test_other_xml_is_no_diagram():
    assert only_finding(b"<svg/>").code == "not-bpmn"


def test_entity_bomb_is_refused():
    ten = b"".join(b"&%c;" % letter for letter in b"a" * 10)
    inner = b'<!ENTITY a "ha"><!ENTITY b "%s">' % ten
    outer = b'<!ENTITY c "%s">' % ten.replace(b"a", b"b")
    bomb = b"<!DOCTYPE d [%s%s]><d>&c;</d>" % (inner, outer)

    assert only_finding(bomb).code == "doctype-not-allowed"


def test_external_entity_is_refused_and_not_fetched():
    thief = b'<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><d>&x;</d>'

    finding = only_finding(thief)

    assert finding.code == "doctype-not-allowed"
    assert "root:" not in str(finding)


def test_deep_nesting_is_refused():
    deep = b"<a>" * 150 + b"</a>" * 150

    assert only_finding(deep).code == "xml-too-deep"


def test_very_deep_nesting_is_refused_by_the_parser():
    deep = b"<a>" * 5000 + b"</a>" * 5000

    assert only_finding(deep).code == "xml-too-deep"


def test_many_elements_are_refused_before_they_are_parsed():
    many = b"<a>" + b"<b/>" * (3 * xml.MAX_ELEMENTS) + b"</a>"

    assert only_finding(many).code == "too-many-elements"


def test_large_file_is_refused():
    large = b"<a>" + b" " * xml.MAX_BYTES + b"</a>"

    assert only_finding(large).code == "file-too-large"


def test_comments_and_instructions_are_passed_over():
    source = file(process(line(f"<!-- a note --><?tool x?>{task()}")))

    assert not [one for one in check([source], Known()) if one.severity == "error"]


def test_error_says_where_and_what_to_do_in_both_languages():
    with pytest.raises(UnreadableFileError) as raised:
        parse(SourceFile("bad.bpmn", b"<svg/>"))

    assert "bad.bpmn:1" in raised.value.text.en
    assert "BPMN 2.0 XML" in raised.value.text.zh
    assert raised.value.finding.code == "not-bpmn"


def test_one_bad_file_does_not_hide_the_others():
    good = file(process(line(task("x", kind="callActivity"))), "good.bpmn")

    findings = check([SourceFile("bad.bpmn", b"?"), good], Known())

    assert {one.file for one in findings} == {"bad.bpmn", "good.bpmn"}


def test_chinese_file_in_another_encoding_is_read():
    text = '<?xml version="1.0" encoding="GB18030"?>' + file(
        process(line(task(name="登记合同")))
    ).content.decode().removeprefix('<?xml version="1.0" encoding="UTF-8"?>\n')

    root = parse(SourceFile("gb.bpmn", text.encode("gb18030")))

    assert [found.get("name") for found in root.iter("{*}task")] == ["登记合同"]
