import json
from datetime import UTC, datetime

import pytest

from engine.forms import FormBrokenError, read_form, result_name, strip
from engine.resources import bundled

FILES = sorted(bundled("forms").rglob("UT_*.json"))
SALES = frozenset({"sales_manager"})


def bundled_form(name):
    (file,) = [file for file in FILES if file.stem == name]
    return read_form(file.stem, file.read_bytes())


def form(properties, ui=None, **schema):
    whole = {
        "title": {"zh": "表", "en": "Form"},
        "schema": {"type": "object", "properties": properties, **schema},
        "ui": ui or {},
    }
    return read_form("UT_test", json.dumps(whole).encode())


@pytest.mark.parametrize(
    "file", FILES, ids=lambda file: f"{file.parent.name}/{file.stem}"
)
def test_the_forms_of_the_procedure_can_be_read(file):
    found = read_form(file.stem, file.read_bytes())

    assert found.title.zh
    assert found.title.en
    assert {each.name for each in found.shape.every().values()} == set(
        found.ui["ui:order"]
    )


@pytest.mark.parametrize(
    "content",
    [
        b"{",
        b"[]",
        b"{}",
        b'{"schema": {"type": "objekt"}}',
        b'{"schema": {"properties": {"a": {"x-default": "1 +"}}}}',
        b'{"schema": {"x-rules": [{"feel": "a ==", "zh": "", "en": ""}]}}',
        b'{"schema": {"x-rules": [{"feel": "a"}]}}',
        b'{"schema": {}, "ui": {"x-shows": [{"title": "x"}]}}',
    ],
)
def test_a_broken_form_is_refused_with_its_name(content):
    with pytest.raises(FormBrokenError, match="UT_test"):
        read_form("UT_test", content)


def test_fields_come_in_the_order_of_the_ui():
    asked = form(
        {"a": {}, "b": {}, "c": {}},
        {"ui:order": ["c", "why", "a"]},
        allOf=[{"properties": {"why": {"type": "string"}}}],
    )

    assert list(asked.effective({}).fields) == ["c", "why", "a", "b"]


def test_a_fresh_form_opens_with_its_defaults():
    asked = form(
        {
            "sent_on": {"type": "string", "format": "date", "x-default": "facts.today"},
            "rows": {"type": "array", "x-default": "draft.rows"},
            "months": {"type": "integer", "x-default": "12"},
            "at": {"type": "string", "format": "date-time", "x-default": "now()"},
            "plain": {"type": "string", "default": "x"},
        }
    )
    now = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)

    assert asked.defaults({}, {"today": "2026-03-02"}, now) == {
        "sent_on": "2026-03-02",
        "months": 12,
        "at": "2026-03-02T01:00:00+00:00",
        "plain": "x",
    }
    assert asked.defaults({"draft": {"rows": [1]}}, {}, now)["rows"] == [1]


def test_choices_may_come_from_facts():
    asked = bundled_form("UT_appoint_manager")
    facts = {
        "people": [
            {"user": "chen", "name": "陈刚", "positions": ["implementation_manager"]},
            {"user": "gao", "name": "高鹏", "positions": ["developer"]},
        ]
    }

    assert asked.options({}, facts) == {"nominee": [("chen", "陈刚")]}
    modules = bundled_form("UT_register_contract")
    assert modules.options({}, {"catalogue": {"modules": ["GSP"]}}) == {
        "modules": [("GSP", "GSP")]
    }


def test_what_other_duties_may_not_read_is_left_out():
    asked = bundled_form("UT_register_contract")
    answers = {"contract_no": "HT-1", "amount": 1, "full_contract": {"documentId": "1"}}

    assert asked.visible(answers, SALES) == answers
    assert asked.visible(answers, frozenset({"implementation_manager"})) == {
        "contract_no": "HT-1"
    }
    assert asked.visible(answers, frozenset()) == {"contract_no": "HT-1"}


def test_readers_count_inside_lists_too():
    secret = {"type": "string", "x-readers": ["sales_manager"]}
    items = {"type": "object", "properties": {"a": secret, "b": {"type": "string"}}}
    asked = form({"rows": {"type": "array", "items": items}})

    assert asked.visible({"rows": [{"a": "1", "b": "2"}]}, frozenset()) == {
        "rows": [{"b": "2"}]
    }


def test_process_data_is_stripped_by_the_forms_that_gave_it():
    forms = {"UT_register_contract": bundled_form("UT_register_contract")}
    answers = {"contract_no": "HT-1", "amount": 1}
    data = {
        "register_contract": answers,
        "register_contract_list": [answers],
        "register_contract_previous": [answers],
        "other": {"amount": 2},
    }

    assert strip(data, forms, SALES) == data
    assert strip(data, forms, frozenset()) == {
        "register_contract": {"contract_no": "HT-1"},
        "register_contract_list": [{"contract_no": "HT-1"}],
        "register_contract_previous": [{"contract_no": "HT-1"}],
        "other": {"amount": 2},
    }


def test_signing_forms_tell_which_document():
    asked = bundled_form("UT_sign_a")

    data = {"document_id": "17"}
    assert asked.document_to_sign({"sign": True}, data, {}) == "17"
    assert asked.document_to_sign({"sign": False}, data, {}) is None
    assert bundled_form("UT_persuade").document_to_sign({}, data, {}) is None


def test_files_are_found_with_what_becomes_of_them():
    asked = bundled_form("UT_register_contract")
    answers = {"full_contract": {"documentId": "1"}, "redacted_contract": None}

    ((field, value),) = asked.files(answers)

    assert value == {"documentId": "1"}
    assert field.document == "contract_full"
    assert field.access == ("sales_manager", "sales_director", "service_director")


def test_blind_rounds_are_declared():
    assert bundled_form("UT_appoint_manager").blind
    assert bundled_form("UT_evaluate").blind
    assert not bundled_form("UT_confirm_readiness").blind


def test_answers_are_stored_under_the_name_of_the_task():
    assert result_name("UT_review_plan") == "review_plan"
