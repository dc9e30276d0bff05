"""Signing documents beside the steps that ask for it, over the API."""

from typing import Any

from tests.api.driver import JSON, PASSWORD, Person
from tests.api.project_driver import Project
from tests.processes.backgrounds import Begin

SEEN = {"password": PASSWORD, "meaning": "已阅"}


def plan(project: Project) -> JSON:
    (found,) = [d for d in project.documents("implementation_plan") if not d["void"]]
    return found


def sign(person: Person, document: JSON, **changes: Any) -> Any:
    path = f"/v2/documents/{document['documentId']}/signatures"
    return person.call("POST", path, json={**SEEN, **changes})


def test_signature_is_for_one_exact_content(begin: Begin) -> None:
    """The hash, the name, the meaning and the time; once for each person."""
    project = begin("on site", "C-001")
    company = project.company
    document = plan(project)

    answer = sign(company.hou, document)

    assert answer.status_code == 201
    made = answer.json()
    assert (made["username"], made["name"], made["meaning"]) == (
        "hou",
        "侯福龙",
        "已阅",
    )
    assert made["sha256"] == document["contentHash"]
    assert made["voidAt"] is None
    assert "password" not in made
    again = sign(company.hou, document)
    assert (again.status_code, again.json()["code"]) == (409, "already-signed")


def test_signature_needs_the_person_himself(begin: Begin) -> None:
    """A wrong or missing password signs nothing, nor does who may not read it."""
    project = begin("on site", "C-001")
    company = project.company
    document = plan(project)
    path = f"/v2/documents/{document['documentId']}/signatures"
    before = len(company.hou.ask("GET", path)["items"])

    wrong = sign(company.hou, document, password="wrong")
    bare = company.hou.call("POST", path, json={"meaning": "已阅"})
    stranger = sign(company.ht, document)

    assert wrong.status_code in {401, 403, 422}
    assert bare.status_code in {400, 422}
    assert stranger.status_code in {403, 404}
    assert len(company.hou.ask("GET", path)["items"]) == before
    assert company.ht.call("GET", path).status_code in {403, 404}


def test_new_version_voids_the_signatures_of_the_old(begin: Begin) -> None:
    """What was signed stays to be seen, but it is void and takes no more names."""
    project = begin("on site", "C-001")
    company = project.company
    old = plan(project)
    assert sign(company.hou, old).status_code == 201

    project.post(company.chen, "plan-changes", reason="客户停产检修")
    project.draft_plan(company.chen)
    project.approve_plan()
    project.confirm_plan()

    new = plan(project)
    assert new["documentId"] != old["documentId"]
    path = f"/v2/documents/{old['documentId']}/signatures"
    signatures = company.hou.ask("GET", path)["items"]
    assert signatures
    assert all(each["voidAt"] for each in signatures)
    late = sign(company.wang, old)
    assert (late.status_code, late.json()["code"]) == (409, "document-changed")
    assert sign(company.wang, new).status_code == 201
