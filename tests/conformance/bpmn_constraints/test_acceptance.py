"""What keeps to the standard is accepted: repaired twins and executable cases."""

import pytest

from engine.runtime import Model, SourceFile, compile_model, describe
from tests.conformance.bpmn_constraints.corpus import (
    CORPUS,
    MODELS,
    cases,
    errors,
    read,
    require_corpus,
    twins,
)

TWINS = twins()
CASES = {case["id"]: case for case in cases()}

# The standard forbids what these do, and their table expects an error.
FORBIDDEN = {
    "betsy/errors/LoopTask_NegativeLoopMaximum": "loop-negative",
    "betsy/errors/MultiInstanceTask_NegativeLoopCardinality": "loop-negative",
    "betsy/errors/Token_CompletionQuantity_Zero": "token-quantity",
    "betsy/errors/Token_StartQuantity_Zero": "token-quantity",
}
# These have scripts that only another language can run: they sleep, read the
# clock or raise. A script is FEEL here, which can do none of that.
FOREIGN = dict.fromkeys(
    (
        "betsy/gateways/ParallelGateway_TrueParallelism",
        "betsy/events/Timer_BoundaryEvent_SubProcess_Interrupting_Activity",
        "betsy/cfpatterns/WCP19_CancelTask",
    ),
    "script-not-feel",
)
# These use what the engine does not execute.
UNSUPPORTED = {
    "betsy/activities/MultiInstance_ComplexBehavior": "loop-behavior-unsupported",
}
# Twins that keep to the standard by what the engine does not execute.
UNSUPPORTED_TWINS = {
    "EXT013_4_failure_transformation": {"data-assignment"},
    "EXT020_3_failure_dataObject": {"data-assignment"},
}
REFUSED = FORBIDDEN | FOREIGN | UNSUPPORTED


def test_there_are_enough_twins_and_cases():
    require_corpus()

    assert len(TWINS.keys() - UNSUPPORTED_TWINS.keys()) >= 40
    assert len(CASES) == 136 + 5


@pytest.mark.parametrize("model", TWINS)
def test_repaired_twin_is_accepted(model: str):
    repaired = read(MODELS / f"{model}.bpmn").content
    assert errors(SourceFile(model, repaired))

    for old, new in TWINS[model]:
        assert repaired.count(old.encode()) == 1
        repaired = repaired.replace(old.encode(), new.encode())

    twin = SourceFile(model, repaired)
    refused = UNSUPPORTED_TWINS.get(model, set())
    assert {found.code for found in errors(twin)} == refused
    assert refused or compiled(twin)


@pytest.mark.parametrize("case", CASES)
def test_executable_case_is_accepted_unless_it_asks_for_refusal(case: str):
    file = read(CORPUS / CASES[case]["file"])

    codes = {found.code for found in errors(file)}

    assert codes == ({REFUSED[case]} if case in REFUSED else set())
    assert codes or compiled(file)


def compiled(file: SourceFile) -> list[Model]:
    """Return the models of all processes: what is accepted can be executed."""
    processes = describe(file).processes
    return [compile_model(process.id, [file], {}) for process in processes]
