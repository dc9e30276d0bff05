import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.web.forms import Drawer, values_of
from api.web.rendering import environment
from api.web.texts import translator
from engine.errors import Problem, Text
from engine.forms import Kind, read_form
from engine.resources import bundled
from tests.unit.form_pages.reading import posted, read

FILES = sorted(bundled("forms").rglob("UT_*.json"))
PEOPLE = {"chen": "陈刚", "li": "李娜"}


def drawn(form, values=(), language="zh", *, again="/again", upload="", **more):
    """Return the tree of a drawn form."""
    drawing = Drawer(form, language, people=PEOPLE, **more).draw(dict(values))
    template = environment().get_template("forms/fragment.html.j2")
    return read(
        template.render(
            drawing=drawing, t=translator(language), again=again, upload=upload
        )
    )


def made(properties, ui=None, **schema):
    whole = {
        "title": {"zh": "表", "en": "Form"},
        "schema": {"type": "object", "properties": properties, **schema},
        "ui": ui or {},
    }
    return read_form("UT_test", json.dumps(whole).encode())


@pytest.mark.parametrize(
    "file", FILES, ids=lambda file: f"{file.parent.name}/{file.stem}"
)
def test_every_form_of_the_procedure_is_drawn_accessibly(file):
    form = read_form(file.stem, file.read_bytes())
    for language in ("zh", "en"):
        root = drawn(form, language=language, upload="/upload")

        ids = [each.attributes["id"] for each in root.all() if "id" in each.attributes]
        assert len(ids) == len(set(ids))
        labelled = {label.attributes.get("for") for label in root.all("label")}
        for tag in ("input", "select", "textarea"):
            for element in root.all(tag):
                kind = element.attributes.get("type")
                inside = element.parent.tag == "label" or kind == "hidden"
                assert inside or element.attributes["id"] in labelled
        for element in root.all():
            assert "style" not in element.attributes
            assert not [name for name in element.attributes if name.startswith("on")]
            for target in element.attributes.get("aria-describedby", "").split():
                assert target in ids


def answers(shape):
    """Return a strategy for answers to the fields of a shape."""
    fields = {
        name: answer(each)
        for name, each in shape.every().items()
        if not each.fixed and each.kind is not Kind.PASSWORD
    }
    return st.fixed_dictionaries({}, optional=fields)


WORDS = st.text("中文ab12\n,.;\"'<&>", min_size=1, max_size=12).filter(
    lambda text: text.strip() and not text.startswith("\n")
)


def answer(field):
    """Return a strategy for one answer."""
    if field.shape is not None:
        return answers(field.shape)
    if field.item is not None:
        return st.lists(answer(field.item), max_size=3)
    if field.choices:
        return st.sampled_from([choice.value for choice in field.choices])
    return {
        Kind.INTEGER: st.integers(-999, 999),
        Kind.NUMBER: st.sampled_from([0, 1, 0.5, 12.25]),
        Kind.MONEY: st.integers(0, 10**10),
        Kind.BOOLEAN: st.booleans(),
        Kind.DATE: st.dates().map(str),
        Kind.DATE_TIME: st.sampled_from(["2026-03-02T09:00:00+08:00"]),
        Kind.DOCUMENT: st.sampled_from(["17", "18"]),
        Kind.USER: st.sampled_from(list(PEOPLE)),
        Kind.JSON: st.just({"现状": "手工"}),
    }.get(field.kind, WORDS if field.kind is Kind.LONG_TEXT else LINES)


LINES = WORDS.map(lambda text: text.replace("\n", " ").strip()).filter(bool)


def kept(shape, values):
    """Return what a browser can send back: rows with answers, asked-for fields."""
    shown = shape.at(values).fields
    result = {}
    for name, field in shown.items():
        if field.fixed or field.kind is Kind.PASSWORD:
            continue
        value = values.get(name)
        if field.kind is Kind.LIST:
            rows = [
                kept(field.item.shape, row) if field.item.shape else row
                for row in value or []
            ]
            result[name] = [row for row in rows if row != {}]
        elif value is not None:
            result[name] = value
    return result


@pytest.mark.parametrize("file", FILES[::4], ids=lambda file: file.stem)
@given(data=st.data())
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_what_is_drawn_comes_back_as_it_was(file, data):
    form = read_form(file.stem, file.read_bytes())
    values = data.draw(answers(form.shape))

    again = values_of(form, posted(drawn(form, values)))

    assert again == kept(form.shape, values)


def test_a_problem_stands_at_its_field_and_in_the_summary():
    form = made(
        {
            "rows": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {"name": {"type": "string", "title": "名称"}},
                },
            }
        }
    )
    problems = [
        Problem("/rows/0/name", "required", Text("Name is missing", "名称为必填项")),
        Problem("/elsewhere", "rule", Text("Not possible", "不可行")),
    ]
    drawing = Drawer(form, "zh", problems=problems).draw({"rows": [{}]})

    root = drawn(form, {"rows": [{}]}, problems=problems)

    field = root.one("input", name="rows.0.name")
    assert field.attributes["aria-invalid"] == "true"
    error = root.one(id=field.attributes["aria-describedby"])
    assert error.text == "名称为必填项"
    assert drawing.summary == (
        ("名称为必填项", "f-rows-0-name"),
        ("不可行", ""),
    )


def test_required_yes_or_no_is_asked_by_two_buttons_none_of_them_pressed():
    form = made({"agreed": {"type": "boolean", "title": "同意"}}, required=["agreed"])

    buttons = drawn(form).all("input", type="radio")

    assert [each.parent.text for each in buttons] == ["是", "否"]
    assert not [each for each in buttons if "checked" in each.attributes]
    assert all("required" in each.attributes for each in buttons)


def test_texts_follow_the_language():
    form = made(
        {
            "fee": {
                "type": "integer",
                "x-kind": "money",
                "title": "费用",
                "x-title-en": "Fee",
            }
        }
    )

    assert drawn(form).one("label").text == "费用"
    english = drawn(form, language="en")
    assert english.one("label").text == "Fee"
    assert "yuan" in english.text


def test_a_field_on_which_others_depend_asks_the_server_again():
    form = made(
        {"ok": {"type": "boolean"}, "note": {"type": "string"}},
        allOf=[
            {
                "if": {"properties": {"ok": {"const": False}}, "required": ["ok"]},
                "then": {"properties": {"why": {"type": "string"}}},
            }
        ],
    )

    root = drawn(form, {"ok": False}, again="/tasks/7/form")

    asking = {each.attributes["name"] for each in root.all(**{"hx-trigger": "change"})}
    assert asking == {"ok"}
    assert root.one("input", name="why")
    assert not drawn(form, {"ok": True}).all("input", name="why")


def test_rows_are_added_without_scripts():
    form = made({"texts": {"type": "array", "items": {"type": "string"}}})

    root = drawn(form, {"texts": ["a", None]}, again="/tasks/7/form")

    add = root.one("button", name="add")
    assert add.attributes["value"] == "texts"
    assert add.attributes["formaction"] == "/tasks/7/form"
    assert "formnovalidate" in add.attributes
    removes = [each.attributes["value"] for each in root.all("button", name="remove")]
    assert removes == ["texts.0", "texts.1"]


def test_enter_never_presses_a_row_button():
    form = made({"texts": {"type": "array", "items": {"type": "string"}}})

    assert "name" not in drawn(form).all("button")[0].attributes


def test_what_was_typed_wrongly_is_shown_again():
    form = made({"fee": {"type": "integer", "x-kind": "money"}})

    assert drawn(form, {"fee": "viel"}).one("input").attributes["value"] == "viel"


def test_a_choice_that_is_no_longer_offered_stays_visible():
    form = made({"who": {"type": "string", "x-kind": "user"}})

    options = drawn(form, {"who": "gone"}).all("option")

    assert [each.attributes["value"] for each in options] == ["", "chen", "li", "gone"]
    assert "selected" in options[-1].attributes


def test_passwords_are_never_shown_again():
    form = made({"password": {"type": "string", "x-kind": "password"}})

    assert drawn(form, {"password": "secret"}).one("input").attributes["value"] == ""


def test_answers_cannot_inject_markup():
    form = made({"note": {"type": "string"}}, {"note": {"ui:widget": "textarea"}})

    root = drawn(form, {"note": "</textarea><script>alert(1)</script>"})

    assert root.all("script") == []


def test_choices_inside_rows_are_offered_in_every_row():
    rows = {
        "type": "array",
        "items": {"type": "object", "properties": {"module": {"type": "string"}}},
    }
    form = made({"rows": rows, "module": {"type": "string"}})

    root = drawn(
        form,
        {"rows": [{}, {"module": "GSP"}]},
        options={"rows.module": [("GSP", "GSP"), ("POS", "POS")]},
    )

    assert [each.attributes["name"] for each in root.all("select")] == [
        "rows.0.module",
        "rows.1.module",
    ]
    assert root.one("input", name="module")


def test_several_people_are_ticked():
    people = {"type": "array", "items": {"type": "string", "x-kind": "user"}}
    form = made({"team": people})

    boxes = drawn(form, {"team": ["li"]}).all("input", type="checkbox")

    assert [
        (each.attributes["value"], "checked" in each.attributes) for each in boxes
    ] == [("chen", False), ("li", True)]


def test_free_json_is_written_out():
    form = made({"answers": {"x-kind": "json"}})

    text = drawn(form, {"answers": [1, "二"]}).one("textarea").text

    assert json.loads(text) == [1, "二"]


def test_a_text_is_asked_for_each_name_that_is_given():
    form = made({"answers": {"x-kind": "json", "x-options": "sections"}})
    options = {"answers": [("现用系统", "现用系统"), ("数据量", "数据量")]}
    values = {"answers": {"现用系统": "用友 U8", "数据量": 1200, "其他": "无"}}

    root = drawn(form, values, options=options)

    titles = [each.text for each in root.all("label")]
    assert titles == ["现用系统", "数据量", "其他"]
    assert values_of(form, posted(root)) == values
    assert values_of(form, posted(drawn(form, {}, options=options))) == {}


def test_files_are_called_by_their_name():
    form = made({"file": {"x-kind": "file", "x-accept": ["application/pdf"]}})

    named = drawn(form, {"file": {"documentId": "17", "fileName": "合同.pdf"}})
    known = drawn(form, {"file": "17"}, documents={"17": "合同.pdf"})

    for root in (named, known):
        assert root.one("a", href="/documents/17").text == "合同.pdf"
        assert root.one("input", type="hidden").attributes["value"] == "17"
        assert "required" not in root.one("input", type="file").attributes
    accepted = named.one("input", type="file").attributes["accept"]
    assert accepted == "application/pdf,.pdf"


def test_what_the_system_fills_in_is_shown_and_not_asked():
    form = made({"version": {"type": "integer", "x-server": True, "title": "版本"}})

    root = drawn(form, {"version": 3})

    assert root.one("output").text == "3"
    assert root.all("input") == []


def test_a_record_is_a_group():
    form = made({"site": {"title": "现场", "properties": {"city": {"type": "string"}}}})

    root = drawn(form, {"site": {"city": "大连"}})

    assert root.one("fieldset").one("legend").text == "现场"
    assert root.one("input", name="site.city").attributes["value"] == "大连"
    assert values_of(form, posted(root)) == {"site": {"city": "大连"}}
