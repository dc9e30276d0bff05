"""Webhooks: told of what happens, signed, tried again, sent again on request."""

import base64
import json
from typing import Any

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from tests.api.driver import JSON, Company
from tests.api.outgoing.waiting import hurry, until
from tests.api.serving import House
from tests.unit.connectors.conversation import Conversation, talking

MADE = "UserCreated"
SECRET = base64.b64encode(b"a secret of thirty-two bytes ...").decode()


def subscribe(company: Company, said: Conversation, *events: str, **more: Any) -> JSON:
    body = {
        "name": "数据平台",
        "url": said.url,
        "events": list(events),
        "secret": SECRET,
        **more,
    }
    made: JSON = company.admin.ask("POST", "/v2/webhooks", json=body)
    return made


def open_project(company: Company) -> None:
    """Let something happen that the journal tells."""
    body = {"username": "ning", "name": "宁静", "kind": "staff"}
    company.admin.ask("POST", "/v2/users", json=body)


def deliveries(company: Company, **filters: Any) -> list[JSON]:
    return company.admin.search("webhook-deliveries", **filters)


def ended(company: Company, state: str) -> list[JSON]:
    return until(lambda: deliveries(company, state=state))


def test_event_arrives_as_a_signed_cloud_event(company: Company) -> None:
    with talking((200, {})) as said:
        subscribe(company, said, "*")
        open_project(company)
        (delivery,) = until(lambda: deliveries(company, state="DELIVERED", event=MADE))

    (asked,) = [a for a in said.asked if a["body"]["id"] == delivery["eventKey"]]
    event, headers = asked["body"], asked["headers"]
    assert headers["Content-Type"] == "application/cloudevents+json; charset=utf-8"
    assert (event["specversion"], event["source"]) == (
        "1.0",
        "https://fuwu.example.com",
    )
    assert event["type"] == f"fuwu.{delivery['event']}"
    assert event["data"]["actor"] == "admin"
    # Verified by the library that receivers use.
    Webhook(SECRET).verify(asked["content"], headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(asked["content"] + b" ", headers)
    assert (delivery["status"], delivery["attempts"]) == (200, 1)


def test_only_what_was_subscribed_to_is_told(company: Company) -> None:
    with talking((200, {})) as said:
        subscribe(company, said, "SignalBroadcast", "Message*")
        open_project(company)
        body = {"signalName": "alarm"}
        company.admin.ask("POST", "/v2/signals/broadcast", json=body)
        (delivery,) = ended(company, "DELIVERED")

    assert [a["body"]["type"] for a in said.asked] == ["fuwu.SignalBroadcast"]
    assert delivery["content"]["data"]["details"] == {"name": "alarm"}


def test_what_is_rolled_back_is_not_told(company: Company) -> None:
    with talking((200, {})) as said:
        subscribe(company, said, "*")
        until(lambda: deliveries(company, state="DELIVERED") or True)
        before = len(deliveries(company))
        body = {"name": "nobody.waits", "correlationKey": "1"}
        company.admin.call("POST", "/v2/messages/correlation", json=body)

        assert len(deliveries(company)) == before


def test_receiver_that_fails_is_told_again_with_the_same_id(
    house: House, company: Company
) -> None:
    with talking((500, {}), (200, {})) as said:
        subscribe(company, said, "SignalBroadcast")
        company.admin.ask("POST", "/v2/signals/broadcast", json={"signalName": "a"})
        (first,) = until(lambda: [d for d in deliveries(company) if d["attempts"]])
        assert (first["state"], first["status"]) == ("PENDING", 500)
        hurry(house)
        (delivery,) = ended(company, "DELIVERED")

    ids = {a["headers"]["webhook-id"] for a in said.asked}
    assert (len(said.asked), ids) == (2, {delivery["eventKey"]})
    assert delivery["attempts"] == 2


def test_receiver_that_goes_on_failing_is_given_up_and_can_be_told_later(
    house: House, company: Company
) -> None:
    with talking((503, {}), (503, {}), (204, b"")) as said:
        subscribe(company, said, "SignalBroadcast")
        company.admin.ask("POST", "/v2/signals/broadcast", json={"signalName": "a"})
        until(lambda: said.asked)
        until(lambda: [d for d in deliveries(company) if d["attempts"]])
        hurry(house)
        (failed,) = ended(company, "FAILED")
        assert (failed["status"], failed["attempts"]) == (503, 2)

        path = f"/v2/webhook-deliveries/{failed['deliveryKey']}/replay"
        replayed = company.admin.ask("POST", path)
        (delivery,) = ended(company, "DELIVERED")

    assert delivery["deliveryKey"] == replayed["deliveryKey"]
    assert delivery["replayOf"] == failed["deliveryKey"]
    assert len({a["headers"]["webhook-id"] for a in said.asked}) == 1


def test_delivery_that_failed_can_be_given_up_for_good(
    house: House, company: Company
) -> None:
    with talking((503, {})) as said:
        subscribe(company, said, "SignalBroadcast")
        company.admin.ask("POST", "/v2/signals/broadcast", json={"signalName": "a"})
        until(lambda: [d for d in deliveries(company) if d["attempts"]])
        hurry(house)
        (failed,) = ended(company, "FAILED")
    path = f"/v2/webhook-deliveries/{failed['deliveryKey']}"

    company.admin.ask("POST", f"{path}/cancellation")

    assert company.admin.ask("GET", path)["state"] == "CANCELED"
    again = company.admin.call("POST", f"{path}/cancellation")
    assert (again.status_code, again.json()["code"]) == (409, "illegal-move")


def test_time_of_the_past_is_told_again_from_the_journal(company: Company) -> None:
    """Also what happened before anybody had subscribed."""
    for name in ("one", "two"):
        company.admin.ask("POST", "/v2/signals/broadcast", json={"signalName": name})
    with talking((200, {})) as said:
        made = subscribe(company, said, "SignalBroadcast")
        path = f"/v2/webhooks/{made['webhookKey']}/replay"
        body = {"since": "2020-01-01T00:00:00Z"}

        answer = company.admin.ask("POST", path, json=body)
        until(lambda: len(said.asked) == 2)

    assert answer == {"events": 2}
    told = [a["body"]["data"]["details"]["name"] for a in said.asked]
    assert sorted(told) == ["one", "two"]


def test_inactive_webhook_is_told_nothing_and_a_removed_one_forgets(
    company: Company,
) -> None:
    with talking((200, {})) as said:
        made = subscribe(company, said, "SignalBroadcast")
        path = f"/v2/webhooks/{made['webhookKey']}"
        company.admin.ask("PATCH", path, json={"active": False})
        company.admin.ask("POST", "/v2/signals/broadcast", json={"signalName": "a"})
        assert deliveries(company) == []

        company.admin.ask("DELETE", path)

    assert company.admin.search("webhooks") == []
    assert company.admin.call("GET", path).status_code == 404
    assert said.asked == []


def test_change_asks_for_the_version_that_was_read(company: Company) -> None:
    with talking((200, {})) as said:
        made = subscribe(company, said, "*", active=False)
    path = f"/v2/webhooks/{made['webhookKey']}"
    tag = {"If-Match": company.admin.call("GET", path).headers["etag"]}

    company.admin.ask("PATCH", path, json={"name": "一"}, headers=tag)
    late = company.admin.call("PATCH", path, json={"name": "二"}, headers=tag)

    assert (late.status_code, late.json()["code"]) == (412, "webhook-changed")


@pytest.mark.parametrize(
    ("change", "pointer", "code"),
    [
        ({"url": "http://169.254.169.254/"}, "/url", "address-not-allowed"),
        ({"url": "http://localhost/"}, "/url", "address-not-allowed"),
        ({"url": "gopher://127.0.0.1/"}, "/url", "address-malformed"),
        ({"events": ["task completed"]}, "/events", "malformed"),
        ({"secret": "short"}, "/secret", "malformed"),
    ],
)
def test_what_is_wrong_is_named(
    company: Company, change: JSON, pointer: str, code: str
) -> None:
    body = {
        "name": "x",
        "url": "http://127.0.0.1:9/",
        "events": ["*"],
        "secret": SECRET,
        **change,
    }

    answer = company.admin.call("POST", "/v2/webhooks", json=body)

    assert answer.status_code == 422
    assert [(e["pointer"], e["code"]) for e in answer.json()["errors"]] == [
        (pointer, code)
    ]


def test_address_that_is_no_longer_allowed_is_not_called(
    house: House, company: Company
) -> None:
    with talking((200, {})) as said:
        made = subscribe(company, said, "*", active=False)
        house.restart(outgoing=("hooks.example.com",))
        path = f"/v2/webhooks/{made['webhookKey']}/test"
        company.admin.ask("POST", path)
        # It was switched off: nothing is sent at all.
        ended(company, "CANCELED")
        database = house.platform.database
        with database.transaction() as session:
            from engine.schema import Webhook as Row  # noqa: PLC0415

            session.get_one(Row, int(made["webhookKey"])).active = True
        company.admin.ask("POST", path)
        (failed,) = ended(company, "FAILED")

    assert said.asked == []
    assert "FUWU_OUTGOING" in failed["error"]


def test_without_a_key_no_secret_is_kept(house: House, company: Company) -> None:
    house.restart(secret_keys=())
    body = {
        "name": "x",
        "url": "http://127.0.0.1:9/",
        "events": ["*"],
        "secret": SECRET,
    }

    answer = company.admin.call("POST", "/v2/webhooks", json=body)

    assert (answer.status_code, answer.json()["code"]) == (409, "no-secret-key")


def test_events_tell_what_happened_not_what_was_written(company: Company) -> None:
    """R1.1.2: neither amounts nor contents leave with an event."""
    customer = company.customer("C-001")
    with talking((200, {})) as said:
        subscribe(company, said, "*")
        path = f"/v2/customers/{customer['customerKey']}"
        company.admin.ask("PATCH", path, json={"name": "绝密药业有限公司"})
        body = {"name": "m", "variables": {"amount": 16_800_000}, "timeToLive": 60_000}
        company.admin.ask("POST", "/v2/messages/publication", json=body)
        company.admin.ask(
            "POST",
            "/v2/signals/broadcast",
            json={"signalName": "s", "variables": {"amount": 16_800_000}},
        )
        until(lambda: not deliveries(company, state="PENDING"))

    everything = json.dumps([a["body"] for a in said.asked], ensure_ascii=False)
    assert "fuwu." in everything
    assert "绝密药业" not in everything
    assert "16800000" not in everything
