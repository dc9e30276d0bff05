"""The bundled forms are what ``forms/README.md`` promises."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from engine.forms import read_form
from tests.processes import library

PATHS = sorted(library.FORMS.glob("*/*.json"))
NAMES = [f"{path.parent.name}/{path.stem}" for path in PATHS]


@cache
def shape() -> Draft202012Validator:
    content = (library.FORMS / "schema.json").read_text(encoding="utf-8")
    return Draft202012Validator(json.loads(content))


def read(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize("path", PATHS, ids=NAMES)
def test_form_file_has_the_promised_shape(path: Path) -> None:
    wrong = [
        f"{error.json_path}: {error.message}"
        for error in shape().iter_errors(read(path))
    ]

    assert wrong == []


@pytest.mark.parametrize("path", PATHS, ids=NAMES)
def test_form_orders_requires_and_judges_its_own_fields_only(path: Path) -> None:
    schema, ui = read(path)["schema"], read(path)["ui"]
    fields = set(schema["properties"])
    rules = {rule["pointer"][1:] for rule in schema.get("x-rules", ())}
    conditions = schema.get("allOf", ())
    needed = {name for each in conditions for name in each["then"]["required"]}
    asked = {name for each in conditions for name in each["if"]["properties"]}

    assert set(ui["ui:order"]) == fields
    assert {*schema["required"], *rules, *needed, *asked} <= fields


@pytest.mark.parametrize("path", PATHS, ids=NAMES)
def test_form_compiles_with_all_its_expressions(path: Path) -> None:
    form = read_form(path.stem, path.read_bytes())

    assert form.title.zh != form.title.en


def test_every_user_task_has_a_form_and_every_form_a_task() -> None:
    used = {
        f"{library.package_of(element.process_id)}/{element.properties['form']}"
        for element in library.elements()
        if element.type == "userTask"
    }

    assert used == set(NAMES)


def test_amount_and_full_contract_are_for_three_duties_alone() -> None:
    """R1.1.2, R1.1.3."""
    path = library.FORMS / "01_pre_implementation" / "UT_register_contract.json"
    fields = read(path)["schema"]["properties"]
    three = {"sales_manager", "sales_director", "service_director"}

    assert set(fields["amount"]["x-readers"]) == three
    assert set(fields["full_contract"]["x-readers"]) == three
    assert set(fields["full_contract"]["x-access"]) == three
    two = {"sales_manager", "implementation_manager"}
    assert set(fields["redacted_contract"]["x-readers"]) == two
