import json

import pytest

from engine.forms import FormInvalidError, read_form


def form(properties, ui=None, **schema):
    """Return a form with these fields."""
    whole = {
        "title": {"zh": "表", "en": "Form"},
        "schema": {"type": "object", "properties": properties, **schema},
        "ui": ui or {},
    }
    return read_form("UT_test", json.dumps(whole).encode())


def problems(asked, given, data=(), facts=()):
    """Return pointer → code of what is wrong."""
    with pytest.raises(FormInvalidError) as caught:
        asked.validate(given, dict(data), dict(facts))
    return {each.pointer: each.code for each in caught.value.problems}


MONEY = {"type": "integer", "x-kind": "money", "title": "金额", "x-title-en": "Amount"}
DAY = {"type": "string", "format": "date"}
MOMENT = {"type": "string", "format": "date-time"}
CHOICE = {"oneOf": [{"const": "in", "title": "是"}, {"const": "out", "title": "否"}]}
LIST = {
    "type": "array",
    "title": "里程碑",
    "x-title-en": "Milestones",
    "items": {
        "type": "object",
        "additionalProperties": False,
        "required": ["name"],
        "properties": {
            "name": {"type": "string", "title": "名称", "x-title-en": "Name"},
            "fee": MONEY,
        },
    },
}


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"type": "string"}, "text"),
        (MONEY, 16800000),
        (MONEY, 0),
        ({"type": "number", "x-kind": "number"}, 0.5),
        (DAY, "2026-02-28"),
        (MOMENT, "2026-03-02T09:00:00+08:00"),
        (MOMENT, "2026-03-02T01:00:00Z"),
        ({"type": "boolean"}, False),
        (CHOICE, "out"),
        ({"x-kind": "json"}, {"any": [1, None]}),
    ],
)
def test_fitting_answers_are_kept_as_they_are(schema, value):
    assert form({"f": schema}).validate({"f": value}, {}, {}) == {"f": value}


@pytest.mark.parametrize(
    ("schema", "value", "code"),
    [
        ({"type": "string"}, 5, "wrong-type"),
        (MONEY, "16800000", "wrong-type"),
        (MONEY, 16800000.5, "wrong-type"),
        (MONEY, True, "wrong-type"),
        ({**MONEY, "minimum": 1}, 0, "too-small"),
        ({**MONEY, "maximum": 10}, 11, "too-large"),
        ({"type": "integer"}, 1.5, "wrong-type"),
        ({"type": "integer", "exclusiveMinimum": 0}, 0, "too-small"),
        ({"type": "number"}, "0.5", "wrong-type"),
        (DAY, "2026-02-30", "wrong-format"),
        (DAY, "02.03.2026", "wrong-format"),
        (DAY, "2026-03-02T09:00:00+08:00", "wrong-format"),
        (MOMENT, "2026-03-02T09:00:00", "wrong-format"),
        (MOMENT, "2026-03-02", "wrong-format"),
        ({"type": "boolean"}, "true", "wrong-type"),
        ({"type": "boolean"}, 1, "wrong-type"),
        (CHOICE, "unclear", "not-a-choice"),
        ({"type": "string", "enum": ["a"]}, "b", "not-a-choice"),
        ({"type": "string", "maxLength": 3}, "long", "too-long"),
        ({"type": "string", "minLength": 3}, "no", "too-short"),
        ({"type": "string", "pattern": "^a"}, "b", "wrong-format"),
        ({"type": "string", "format": "email"}, "nobody", "wrong-format"),
        ({"type": "array", "minItems": 1}, [], "too-few"),
        ({"type": "array", "maxItems": 1}, [1, 2], "too-many"),
        ({"type": "array", "uniqueItems": True}, [1, 1], "repeated"),
        ({"type": "array"}, "x", "wrong-type"),
        ({"type": "integer", "multipleOf": 5}, 7, "invalid"),
    ],
)
def test_other_answers_are_pointed_at(schema, value, code):
    assert problems(form({"f": schema}), {"f": value}) == {"/f": code}


def test_every_sentence_names_the_field_in_both_languages():
    asked = form({"amount": {**MONEY, "minimum": 100}, "rows": LIST})

    with pytest.raises(FormInvalidError) as caught:
        asked.validate({"amount": 1, "rows": [{"name": "a"}, {"fee": 1}]}, {}, {})

    assert {(each.text.zh, each.text.en) for each in caught.value.problems} == {
        ("“金额”须不小于1.00元", "“Amount” must be at least 1.00 yuan"),
        ("“里程碑·第2行·名称”为必填项", "“Milestones, row 2, Name” is required"),
    }


@pytest.mark.parametrize("nothing", [None, "", "   "])
def test_nothing_is_no_answer(nothing):
    asked = form({"f": {"type": "string"}}, required=["f"])

    assert problems(asked, {"f": nothing}) == {"/f": "required"}
    assert problems(asked, {}) == {"/f": "required"}


def test_what_was_not_answered_is_stored_as_null_or_an_empty_list():
    asked = form({"text": {"type": "string"}, "fee": MONEY, "rows": LIST})

    assert asked.validate({"text": "", "rows": [{"name": "a"}]}, {}, {}) == {
        "text": None,
        "fee": None,
        "rows": [{"name": "a", "fee": None}],
    }
    assert asked.validate({}, {}, {})["rows"] == []


def test_a_required_list_may_be_empty_but_must_be_there():
    asked = form({"rows": LIST}, required=["rows"])

    assert asked.validate({"rows": []}, {}, {}) == {"rows": []}
    assert problems(asked, {}) == {"/rows": "required"}


def test_unknown_names_are_refused_at_every_depth():
    asked = form({"rows": LIST, "a/b": {"type": "string"}})

    assert problems(asked, {"x": None, "a~c": 1, "rows": [{"name": "a", "y": 1}]}) == {
        "/x": "unknown-field",
        "/a~0c": "unknown-field",
        "/rows/0/y": "unknown-field",
    }


def test_whole_numbers_written_with_a_point_are_whole():
    assert form({"fee": MONEY}).validate({"fee": 100.0}, {}, {}) == {"fee": 100}


CONDITION = {
    "if": {"properties": {"ok": {"const": False}}, "required": ["ok"]},
    "then": {
        "required": ["why"],
        "properties": {"why": {"type": "string", "title": "原因", "maxLength": 5}},
    },
}


def test_a_condition_demands_more_only_when_it_holds():
    asked = form({"ok": {"type": "boolean"}}, allOf=[CONDITION])

    assert problems(asked, {"ok": False}) == {"/why": "required"}
    assert problems(asked, {"ok": False, "why": "too long"}) == {"/why": "too-long"}
    assert asked.validate({"ok": True}, {}, {}) == {"ok": True, "why": None}
    assert asked.validate({}, {}, {}) == {"ok": None, "why": None}


def test_answers_to_questions_that_are_not_asked_are_dropped():
    asked = form({"ok": {"type": "boolean"}}, **CONDITION)

    assert asked.validate({"ok": True, "why": "x"}, {}, {}) == {
        "ok": True,
        "why": None,
    }


def test_a_condition_may_narrow_a_field_that_is_always_there():
    asked = form(
        {"outcome": CHOICE, "fee": MONEY},
        allOf=[
            {
                "if": {"properties": {"outcome": {"const": "in"}}},
                "then": {"properties": {"fee": {"maximum": 0}}},
                "else": {"properties": {"fee": {"minimum": 1}}, "required": ["fee"]},
            }
        ],
    )

    assert asked.validate({"outcome": "in", "fee": 0}, {}, {})["fee"] == 0
    assert problems(asked, {"outcome": "in", "fee": 1}) == {"/fee": "too-large"}
    assert problems(asked, {"outcome": "out", "fee": 0}) == {"/fee": "too-small"}
    assert problems(asked, {"outcome": "out"}) == {"/fee": "required"}


def rule(feel, pointer="/f"):
    return [{"feel": feel, "pointer": pointer, "zh": "不行", "en": "No"}]


def test_rules_see_answers_data_and_facts():
    asked = form(
        {"f": DAY},
        **{"x-rules": rule("f >= date(case.start) and f <= date(facts.today)")},
    )
    data, facts = {"case": {"start": "2026-03-01"}}, {"today": "2026-03-31"}

    assert asked.validate({"f": "2026-03-15"}, data, facts) == {"f": "2026-03-15"}
    assert problems(asked, {"f": "2026-02-28"}, data, facts) == {"/f": "rule"}
    assert problems(asked, {"f": "2026-04-01"}, data, facts) == {"/f": "rule"}


def test_answers_win_over_data_of_the_same_name():
    asked = form({"f": MONEY}, **{"x-rules": rule("f = 2")})

    assert asked.validate({"f": 2}, {"f": 1}, {}) == {"f": 2}
    assert problems(asked, {"f": 1}, {"f": 2}) == {"/f": "rule"}


def test_a_rule_that_gives_null_does_not_hold():
    asked = form({"f": MONEY}, **{"x-rules": rule("f > missing")})

    assert problems(asked, {"f": 1}) == {"/f": "rule"}


def test_rules_wait_until_the_types_are_right():
    asked = form({"f": MONEY}, **{"x-rules": rule("f > 5")})

    assert problems(asked, {"f": "x"}) == {"/f": "wrong-type"}


def test_what_the_server_sets_cannot_be_sent():
    asked = form(
        {
            "version": {
                "type": "integer",
                "x-server": True,
                "x-default": "if plan.version != null then plan.version + 1 else 1",
            }
        },
        required=["version"],
    )

    assert asked.validate({"version": 99}, {"plan": {"version": 2}}, {}) == {
        "version": 3
    }
    assert asked.validate({}, {}, {}) == {"version": 1}


def test_read_only_fields_keep_their_value():
    asked = form({"f": {"type": "string", "x-readonly": True, "x-default": "given"}})

    assert asked.validate({"f": "other"}, {"given": "mine"}, {}) == {"f": "mine"}


def test_passwords_are_asked_for_and_left_out():
    asked = form(
        {
            "sign": {"type": "boolean"},
            "password": {"type": "string", "x-kind": "password"},
        },
        required=["sign", "password"],
    )

    assert problems(asked, {"sign": True}) == {"/password": "required"}
    assert asked.validate({"sign": True, "password": "s"}, {}, {}) == {"sign": True}
    assert asked.split_secrets({"sign": True, "password": "s"}) == (
        {"sign": True},
        {"password": "s"},
    )


def test_server_fills_in_what_it_knows_and_nobody_sent():
    told = {**MOMENT, "x-fill": True, "x-default": "facts.now"}
    asked = form({"told_at": told, "note": {"type": "string"}}, required=["told_at"])
    facts = {"now": "2026-03-02T09:00:00+08:00"}
    own = "2026-03-02T08:00:00+08:00"

    assert asked.validate({}, {}, facts)["told_at"] == facts["now"]
    assert asked.validate({"told_at": None}, {}, facts)["told_at"] == facts["now"]
    assert asked.validate({"told_at": own}, {}, facts)["told_at"] == own
    assert problems(asked, {}) == {"/told_at": "required"}
