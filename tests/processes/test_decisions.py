"""Each row of each decision table, reached by a case of its own."""

from typing import Any

import pytest

from tests.processes import library

T, F, N = True, False, None
# inputs in the order of the table, outputs, the row that decides
Row = tuple[tuple[Any, ...], Any, int]
EXPIRED = "post_expiry_request"
CASES: dict[str, list[Row]] = {
    "data_export_terms": [
        ((T, F, F), ("company", F), 1),
        ((F, T, T), ("company", F), 2),
        ((F, F, T), ("company", T), 3),
        ((F, F, F), ("customer", F), 4),
        ((N, N, F), ("customer", F), 4),
    ],
    "requirement_decision": [
        ((T, F, F, 5, 1), (F, F, "P4"), 1),
        ((T, T, F, 5, 0), (T, F, "P1"), 2),
        ((T, F, T, 5, 0), (T, F, "P2"), 3),
        ((T, F, F, 5, 2), (T, F, "P3"), 4),
        ((F, T, F, 3, 0), (T, F, "P2"), 5),
        ((F, T, F, 20, 2), (T, T, "P3"), 6),
        ((F, F, F, 20.5, 3), (F, F, "P4"), 7),
    ],
    "solution_letter_required": [
        ((T, F, F), "schedule", 1),
        ((F, F, T), "close", 2),
        ((T, F, T), "talk", 3),
    ],
    "charge_standard": [
        (("data_export", 3, T), ("表", 80000, 240000), 1),
        (("development", 8, T), ("人天", 150000, 1200000), 2),
        (("onsite", 2, T), ("人天", 100000, 200000), 3),
        (("onsite", 2, F), ("人天", 150000, 300000), 4),
        (("training", 1, F), ("人天", 120000, 120000), 5),
        (("remote", 1, T), ("次", 30000, 30000), 6),
        (("remote", 1, F), ("次", 50000, 50000), 7),
        (("hardware", 0.5, T), ("人天", 100000, 50000), 8),
    ],
    "service_scope": [
        (("defect", T, F), "in", 1),
        (("upgrade", T, T), "in", 2),
        (("new_feature", T, F), "out", 3),
        (("hardware", T, F), "out", 4),
        (("usage", F, F), "out", 5),
        (("defect", T, T), "unclear", 6),
    ],
    "visit_cycle": [
        (("A", 40), 1, 1),
        (("C", 2), 1, 2),
        (("B", 11), 2, 3),
        (("C", 5), 2, 4),
        (("B", 12), 3, 5),
    ],
    "service_period_terms": [
        (("contract_sign", "free"), ("signed_on", 6), 1),
        (("go_live", "free"), ("go_live_on", 6), 2),
        (("acceptance", "free"), ("accepted_on", 6), 3),
        (("renewal", "paid"), ("day_after_previous_end", 6), 4),
    ],
    "emergency_response": [
        (("stop",), (30, "service_director"), 1),
        (("major",), (60, "service_director"), 2),
        (("minor",), (240, "service_director"), 3),
    ],
    "request_sla": [
        (("P1", "C"), (0.5, 4), 1),
        (("P2", "A"), (1, 8), 2),
        (("P2", "B"), (2, 16), 3),
        (("P3", "A"), (4, 40), 4),
    ],
    "service_entitlement": [
        (("preparation", F, N, N), ("implementation_issue", ""), 1),
        (("service", T, N, "paid"), ("service_request", ""), 2),
        (("lapsed", F, "lapsed", "paid"), (EXPIRED, "N3b"), 3),
        (("lapsed", F, "lapsed", "free"), (EXPIRED, "N3"), 4),
        (("service", F, "undecided", "free"), (EXPIRED, "N3"), 5),
        (("service", N, N, N), (EXPIRED, "N3"), 6),
    ],
}
EXTRA = {"service_period_terms": {"free_months": 6}}
INPUTS = {
    "data_export_terms": ("in_contract", "promised", "customer_wants"),
    "requirement_decision": (
        "in_contract",
        "affects_operation",
        "urgent",
        "effort_days",
        "votes",
    ),
    "solution_letter_required": ("develop", "feedback_needed", "paid"),
    "charge_standard": ("service_type", "quantity", "in_service"),
    "service_scope": ("category", "module_in_contract", "caused_by_customer"),
    "visit_cycle": ("customer_class", "months_in_use"),
    "service_period_terms": ("basis", "period_kind"),
    "emergency_response": ("severity",),
    "request_sla": ("priority", "customer_class"),
    "service_entitlement": (
        "stage",
        "in_period",
        "purchase_state",
        "last_period_kind",
    ),
}


@pytest.mark.parametrize(
    ("decision", "given", "told", "row"),
    [(decision, *case) for decision, cases in CASES.items() for case in cases],
)
def test_row_decides_its_case(
    decision: str, given: tuple[Any, ...], told: Any, row: int
) -> None:
    context = dict(zip(INPUTS[decision], given, strict=True)) | EXTRA.get(decision, {})

    result = library.decisions()[decision].evaluate(decision, context)

    outputs = tuple(float(v) if _is_number(v) else v for v in result.outputs.values())
    assert outputs == (told if isinstance(told, tuple) else (told,))
    assert [match.index for match in result.matched] == [row]


def test_every_row_of_every_decision_has_its_case() -> None:
    cases = {(name, row) for name, rows in CASES.items() for _, _, row in rows}
    rows = {
        (path.stem, number)
        for path in library.PROCESSES.glob("[0-9]*/*.dmn")
        for number in range(1, path.read_text("utf-8").count("<rule ") + 1)
    }

    assert cases == rows


@pytest.mark.parametrize(("months", "granted"), [(None, 12), (0, 0), (60, 60)])
def test_contract_that_is_silent_means_twelve_free_months(
    months: int | None, granted: int
) -> None:
    """A14, R4.0.2: null is twelve, nought is no free period."""
    context = {"basis": "acceptance", "period_kind": "free", "free_months": months}

    result = library.decisions()["service_period_terms"].evaluate(
        "service_period_terms", context
    )

    assert result.outputs["months"] == granted


def _is_number(value: Any) -> bool:
    return hasattr(value, "as_tuple") or (
        isinstance(value, int) and not isinstance(value, bool)
    )
