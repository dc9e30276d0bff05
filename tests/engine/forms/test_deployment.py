import pytest

from engine import definitions
from engine.actors import SYSTEM
from engine.runtime import SourceFile

DIAGRAM = """<?xml version="1.0"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d"
  targetNamespace="urn:test"><process id="p" isExecutable="true">
  <startEvent id="s"/><endEvent id="e"/>
  <sequenceFlow id="f" sourceRef="s" targetRef="e"/></process></definitions>
"""


def findings(database, form):
    """Return what is found wrong with a form when it is deployed."""
    files = [
        SourceFile("p.bpmn", DIAGRAM.encode()),
        SourceFile("UT_a.json", form.encode()),
    ]
    with database.transaction() as session:
        result = definitions.deploy(session, SYSTEM, "test", files, dry_run=True)
    return [(each.file, each.code, each.severity) for each in result.findings]


@pytest.mark.parametrize(
    "form",
    [
        "{",
        "{}",
        '{"schema": {"type": "objekt"}}',
        '{"schema": {"properties": {"a": {"x-default": "1 +"}}}}',
    ],
)
def test_a_broken_form_is_not_deployed(database, form):
    assert ("UT_a.json", "form-broken", "error") in findings(database, form)


def test_a_form_that_can_be_used_is_deployed(database):
    found = findings(database, '{"schema": {"type": "object"}, "ui": {}}')

    assert [each for each in found if each[0] == "UT_a.json"] == []
