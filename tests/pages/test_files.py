"""Files in a browser: called by their names, refused at their field, taken away."""

import pytest

from tests.api.driver import pdf

FIELD = "input[type=file][name=full_contract]"


@pytest.fixture
def form(desk, company):
    """赵明 in front of a contract to register."""
    case = company.open_project("C-003")
    zhao = desk("zhao")
    zhao.open_task("UT_register_contract", case.project_no)
    zhao.fill({"contract_no": "HT-FILES"})
    return zhao


def choose(desk, folder, name, content):
    file = folder / name
    file.write_bytes(content)
    with desk.page.expect_response(lambda r: r.url.endswith("/file")) as answer:
        desk.page.set_input_files(FIELD, file)
    return answer.value


def field(desk):
    return desk.page.locator(f".field:has({FIELD})")


def test_a_file_is_called_by_its_name_and_can_be_taken_away(form, tmp_path):
    choose(form, tmp_path, "合同.pdf", pdf("contract"))
    link = field(form).locator(".attached a")
    assert link.inner_text() == "合同.pdf"

    field(form).locator("button[name=remove]").click()
    form.page.wait_for_selector(".attached", state="detached")

    assert form.page.input_value("#f-contract_no") == "HT-FILES"


def test_a_corrupt_pdf_is_refused_at_once_and_at_its_field(form, tmp_path):
    choose(form, tmp_path, "坏.pdf", b"%PDF-1.7\nbroken off")

    error = field(form).locator(".error")

    assert "文件已损坏" in error.inner_text()
    assert form.page.get_attribute(FIELD, "aria-invalid") == "true"
    choose(form, tmp_path, "好.pdf", pdf("sound"))
    form.page.wait_for_selector(".attached:has-text('好.pdf')")
    assert field(form).locator(".error").count() == 0


def test_a_file_of_200_megabytes_is_refused_and_nothing_typed_is_lost(form, tmp_path):
    big = tmp_path / "big.pdf"
    big.write_bytes(pdf("big"))
    with big.open("r+b") as file:
        file.truncate(200 * 1024 * 1024)

    with form.page.expect_response(lambda r: r.url.endswith("/file")) as answer:
        form.page.set_input_files(FIELD, big)

    assert answer.value.status == 413
    form.page.wait_for_selector(f".field:has({FIELD}) .error")
    assert "请求超过上限50 MiB" in field(form).inner_text()
    assert form.page.input_value("#f-contract_no") == "HT-FILES"
    assert form.page.locator("header.top").count() == 1
