"""Robots of chat groups: what they say, to whom, and that they prove who they are."""

from typing import Any

import pytest

from engine import notifications
from engine.actors import SYSTEM
from engine.notifications import Cause, Wording
from engine.schema import Document, next_key
from tests.api.driver import JSON, Company
from tests.api.outgoing.robot_servers import SECRET, Group, chatting
from tests.api.outgoing.waiting import hurry, until
from tests.api.serving import House

KINDS = ["wecom", "dingtalk", "feishu"]


def set_up(company: Company, kind: str, group: Group, **more: Any) -> JSON:
    body = {
        "name": "服务群",
        "kind": kind,
        "address": group.address,
        "audience": ["*"],
        **({} if kind == "wecom" else {"secret": SECRET}),
        **more,
    }
    made: JSON = company.admin.ask("POST", "/v2/robots", json=body)
    return made


def tell(house: House, *people: str, papers: tuple[Document, ...] = ()) -> None:
    """Let people be told something, as an operation of a diagram does."""
    with house.platform.database.transaction() as session:
        session.add_all(papers)
        session.flush()
        notifications.notify(
            session,
            SYSTEM,
            people,
            Wording(template="notice", values={"text": "合同金额168000元"}),
            Cause(),
            attached=papers,
        )


@pytest.mark.parametrize("kind", KINDS)
def test_robot_passes_a_notice_on_and_proves_itself(
    house: House, company: Company, kind: str
) -> None:
    with chatting(kind) as group:
        made = set_up(company, kind, group)
        tell(house, "hou", "wang", "hp")
        (text,) = until(lambda: group.heard)

        path = f"/v2/robots/{made['robotKey']}"
        assert until(lambda: company.admin.ask("GET", path)["spokeAt"])

    assert "侯福龙" in text
    assert "王立民" in text
    assert "https://fuwu.example.com/notices" in text
    assert "168000" not in text, "a group has more readers than the notice"
    assert made["signs"] is (kind != "wecom")


@pytest.mark.parametrize("kind", ["dingtalk", "feishu"])
def test_robot_with_a_wrong_secret_is_refused_and_says_so(
    company: Company, kind: str
) -> None:
    with chatting(kind) as group:
        made = set_up(company, kind, group, secret="SEC-wrong")
        path = f"/v2/robots/{made['robotKey']}"
        company.admin.ask("POST", f"{path}/test")
        error = until(lambda: company.admin.ask("GET", path)["error"])

    assert group.heard == []
    assert "refuses" in error


def test_robot_that_has_said_too_much_is_heard_later(
    house: House, company: Company
) -> None:
    with chatting("wecom") as group:
        group.refusals.append(45009)
        made = set_up(company, "wecom", group)
        path = f"/v2/robots/{made['robotKey']}"
        company.admin.ask("POST", f"{path}/test")
        until(lambda: company.admin.ask("GET", path)["error"])
        hurry(house)
        (text,) = until(lambda: group.heard)
        until(lambda: company.admin.ask("GET", path)["error"] is None)

    assert "服务群" in text


@pytest.mark.parametrize(
    ("audience", "heard"),
    [
        (["user:hou"], True),
        (["duty:service_director"], True),
        (["user:wang", "duty:plan_approver"], False),
    ],
)
def test_robot_speaks_for_its_audience_alone(
    house: House, company: Company, audience: list[str], *, heard: bool
) -> None:
    with chatting("wecom") as group:
        set_up(company, "wecom", group, audience=audience)
        tell(house, "hou")
        with chatting("wecom") as other:
            set_up(company, "wecom", other)
            tell(house, "hou")
            until(lambda: other.heard)
        if heard:
            until(lambda: len(group.heard) == 2)

        assert bool(group.heard) is heard


def test_title_of_a_notice_with_closed_documents_stays_inside(
    house: House, company: Company
) -> None:
    """R1.1.2: the group learns that there is something, not what."""
    with chatting("wecom") as group:
        set_up(company, "wecom", group)
        paper = Document(
            key=next_key(),
            name="绝密合同.pdf",
            kind="contract_full",
            media_type="application/pdf",
            size=1,
            sha256="0" * 64,
            created_at=company_time(house),
            created_by="zhao",
        )
        tell(house, "hou", papers=(paper,))
        (text,) = until(lambda: group.heard)

    assert "绝密" not in text
    assert "请登录查看" in text


def company_time(house: House):
    from engine import cache  # noqa: PLC0415

    with house.platform.database.reading() as session:
        return cache.now(session)


@pytest.mark.parametrize(
    ("change", "pointer", "code"),
    [
        ({"address": "https://evil.example.net/x"}, "/address", "address-not-allowed"),
        ({"audience": ["user:nobody"]}, "/audience/0", "unknown"),
        ({"audience": ["*", "duty:nothing"]}, "/audience/1", "unknown"),
        ({"audience": ["everybody"]}, "/audience/0", "unknown"),
    ],
)
def test_what_is_wrong_is_named(
    company: Company, change: JSON, pointer: str, code: str
) -> None:
    body = {
        "name": "x",
        "kind": "wecom",
        "address": "http://127.0.0.1:9/x",
        "audience": ["*"],
        **change,
    }

    answer = company.admin.call("POST", "/v2/robots", json=body)

    assert answer.status_code == 422
    assert [(e["pointer"], e["code"]) for e in answer.json()["errors"]] == [
        (pointer, code)
    ]


def test_robot_is_changed_and_removed(company: Company) -> None:
    with chatting("feishu") as group:
        made = set_up(company, "feishu", group)
        path = f"/v2/robots/{made['robotKey']}"
        tag = {"If-Match": company.admin.call("GET", path).headers["etag"]}
        changed = company.admin.ask(
            "PATCH", path, json={"secret": "", "audience": ["user:hou"]}, headers=tag
        )
        late = company.admin.call("PATCH", path, json={"name": "x"}, headers=tag)
        (found,) = company.admin.search("robots", kind="feishu")
        company.admin.ask("DELETE", path)

    assert (changed["signs"], changed["audience"]) == (False, ["user:hou"])
    assert found["robotKey"] == made["robotKey"]
    assert late.status_code == 412
    assert company.admin.call("GET", path).status_code == 404
