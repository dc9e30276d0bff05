import pytest

from engine import documents, forms
from engine.forms import FormInvalidError, FormMissingError
from tests.engine import rig
from tests.engine.forms.conftest import deploy, pdf, upload

FILE = {
    "title": "文件",
    "x-title-en": "File",
    "type": ["object", "string"],
    "x-kind": "file",
    "required": ["documentId"],
    "x-accept": ["application/pdf"],
    "x-max-bytes": 5000,
}
USER = {"title": "人选", "x-title-en": "Nominee", "type": "string", "x-kind": "user"}


def made(properties, title="表"):
    return {
        "title": {"zh": title, "en": "Form"},
        "schema": {"type": "object", "properties": properties},
        "ui": {},
    }


FORM = made({"file": FILE, "files": {"type": "array", "items": FILE}, "who": USER})


def validate(place, username, answers):
    with place.database.transaction() as session:
        key = deploy(session, "rig", {"UT_a": FORM})
        form = forms.form_of(session, key, "UT_a")
        given = answers(session) if callable(answers) else answers
        actor = rig.person(username)
        return forms.validate(session, actor, form, given, {}, {})


def refused(place, username, answers):
    with pytest.raises(FormInvalidError) as caught:
        validate(place, username, answers)
    return [(each.pointer, each.code, each.text.zh) for each in caught.value.problems]


def test_an_own_upload_is_completed(place):
    content = pdf()

    stored = validate(
        place, "zhao", lambda session: {"file": upload(session, "zhao", content)}
    )["file"]

    assert stored["fileName"] == "file.pdf"
    assert stored["mediaType"] == "application/pdf"
    assert stored["size"] == len(content)
    assert len(stored["sha256"]) == 64


def test_a_reference_may_be_the_object_that_the_upload_returned(place):
    stored = validate(
        place,
        "zhao",
        lambda session: {"files": [{"documentId": upload(session, "zhao", pdf())}]},
    )

    assert stored["files"][0]["fileName"] == "file.pdf"


@pytest.mark.parametrize(
    "reference",
    ["404", "x", "", 5, True, {"id": "5"}, {"documentId": None}, ["1"], "9" * 30],
)
def test_what_is_no_document_is_refused(place, reference):
    if reference == "":
        assert validate(place, "zhao", {"file": reference})["file"] is None
        return
    found = refused(place, "zhao", {"file": reference})

    assert [each[:2] for each in found] == [("/file", "document-missing")]


def test_uploads_of_others_are_refused_as_if_they_were_not_there(place):
    found = refused(
        place, "zhao", lambda session: {"file": upload(session, "hou", pdf())}
    )

    assert found == [
        ("/file", "document-missing", "“文件”须为您已上传或有权阅读的文件")
    ]


def test_a_document_that_the_actor_may_read_can_be_used_again(place):
    def attached(session):
        key = upload(session, "hou", pdf())
        where = documents.Place(kind="plan", scope_key=place.project)
        actor = rig.person("hou")
        documents.attach(session, actor, int(key), where, ["duty:sales_manager"])
        return {"file": key}

    assert validate(place, "zhao", attached)["file"]["fileName"] == "file.pdf"


def test_the_type_is_told_by_the_content(place):
    found = refused(
        place,
        "zhao",
        lambda session: {"file": upload(session, "zhao", b"just text", "x.pdf")},
    )

    assert found[0][:2] == ("/file", "document-type")


def test_a_damaged_pdf_is_refused(place):
    found = refused(
        place,
        "zhao",
        lambda session: {"files": [upload(session, "zhao", b"%PDF-1.7\nbroken")]},
    )

    assert found[0][:2] == ("/files/0", "document-damaged")


def test_a_file_may_be_too_large(place):
    content = pdf() + b"%" * 6000

    found = refused(
        place, "zhao", lambda session: {"file": upload(session, "zhao", content)}
    )

    assert found[0][:2] == ("/file", "document-too-large")


def test_people_have_active_accounts(place):
    assert refused(place, "zhao", {"who": "nobody"}) == [
        ("/who", "not-a-user", "“人选”须为账号可用的人员")
    ]


def test_active_people_can_be_named(place):
    assert validate(place, "zhao", {"who": "chen"})["who"] == "chen"


def test_a_form_that_was_not_deployed_is_missing(place):
    with place.database.transaction() as session:
        key = deploy(session, "rig", {"UT_a": FORM})

        with pytest.raises(FormMissingError):
            forms.form_of(session, key, "UT_b")
        with pytest.raises(FormMissingError):
            forms.form_of(session, 404, "UT_a")


def test_a_task_keeps_the_version_of_its_form(place):
    with place.database.transaction() as session:
        first = deploy(session, "rig", {"UT_a": FORM})
        second = deploy(session, "rig", {"UT_a": made({}, "新")}, version=2)

        assert forms.form_of(session, first, "UT_a").title.zh == "表"
        assert forms.form_of(session, second, "UT_a").title.zh == "新"


def test_labels_come_from_the_newest_forms(place):
    with place.database.transaction() as session:
        deploy(session, "rig", {"UT_a": made({"note": {"title": "旧"}})})
        assert forms.labels(session)["a.note"].title.zh == "旧"
        deploy(session, "rig", {"UT_a": made({"note": {"title": "新"}})}, version=2)

        found = forms.labels(session)

    assert found["a.note"].title.zh == "新"
    assert found["note"].title.zh == "新"
    assert found["a"].shape is not None
