"""Messages and signals over HTTP: who gets them, once, in order, and what is left."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import httpx2
import pytest

from engine import instances
from engine.messages import deliver_waiting
from tests.api.driver import JSON, Company
from tests.api.models import begin, deploy
from tests.api.serving import START, House, listening
from tests.builders import (
    catch,
    diagram,
    end,
    flow,
    gateway,
    line,
    message,
    messages,
    script,
    signal,
    signals,
    start,
    task,
)

WAITING = diagram(
    "waiting",
    line(
        start(),
        catch("CE", message("goods", variable="goods"), correlation="no"),
        task("UT_unpack", duty="plan_approver"),
        end(),
    ),
    extra=messages("goods"),
)
COUNTING = diagram(
    "counting",
    line(
        start(),
        gateway("GW"),
        catch("CE", message("goods", variable="goods"), correlation="no"),
        script("SC", "seen = append(seen, goods.n)"),
        gateway("GW_end", default="GW"),
    ),
    flow("GW_end", "GW"),
    flow("GW_end", "EE", "count(seen) = wanted"),
    end()[1],
    extra=messages("goods"),
)
STARTED = diagram(
    "started",
    line(
        start("SE", message("order", variable="order")),
        task("UT_sell", duty="plan_approver"),
        end(),
    ),
    extra=messages("order"),
)
LISTENING = diagram(
    "listening",
    line(
        start(),
        catch("CE", signal("alarm")),
        task("UT_run", duty="plan_approver"),
        end(),
    ),
    extra=signals("alarm"),
)
MINUTE = 60_000


def publish(company: Company, key: str, name: str = "goods", **more: Any) -> str:
    body = {"name": name, "correlationKey": key, "timeToLive": MINUTE, **more}
    answer = company.admin.ask("POST", "/v2/messages/publication", json=body)
    published: str = answer["messageKey"]
    return published


def again(company: Company, key: str, **body: Any) -> Any:
    path = f"/v2/messages/{key}/publication"
    return company.admin.call("POST", path, json=body)


def found(company: Company, key: str) -> JSON:
    (one,) = company.admin.search("messages", messageKey=key)
    return one


def test_message_reaches_the_one_with_its_key(company: Company) -> None:
    deploy(company.admin, WAITING)
    one = begin(company.admin, "waiting", no="A-1")
    begin(company.admin, "waiting", no="A-2")

    key = publish(company, "A-1")

    assert found(company, key)["deliveredTo"] == one
    assert [t["processInstanceKey"] for t in company.wang.tasks("UT_unpack")] == [one]


def test_message_starts_a_process(company: Company) -> None:
    deploy(company.admin, STARTED)
    body = {"name": "order", "correlationKey": "R-1", "variables": {"sum": 5}}

    answer = company.admin.ask("POST", "/v2/messages/correlation", json=body)

    (one,) = company.admin.search("process-instances", processDefinitionId="started")
    assert answer["processInstanceKey"] == one["processInstanceKey"]
    assert one["businessId"] == "R-1"


def test_message_that_nobody_wants_is_seen_and_published_again(
    company: Company,
) -> None:
    deploy(company.admin, WAITING)
    key = publish(company, "A-9", timeToLive=0)
    assert found(company, key)["state"] == "EXPIRED"
    one = begin(company.admin, "waiting", no="A-1")

    alone = again(company, key).json()
    corrected = again(company, key, correlationKey="A-1").json()

    assert (alone["state"], alone["deliveredTo"]) == ("EXPIRED", None)
    assert (corrected["state"], corrected["deliveredTo"]) == ("DELIVERED", one)
    assert len(company.wang.tasks("UT_unpack")) == 1


def test_message_published_again_can_be_kept_until_somebody_waits(
    company: Company,
) -> None:
    deploy(company.admin, WAITING)
    key = publish(company, "A-1", timeToLive=0)

    kept = again(company, key, timeToLive=MINUTE).json()
    one = begin(company.admin, "waiting", no="A-1")

    assert kept["state"] == "BUFFERED"
    assert found(company, key)["deliveredTo"] == one


def test_message_that_was_delivered_is_not_published_again(company: Company) -> None:
    deploy(company.admin, WAITING)
    begin(company.admin, "waiting", no="A-1")
    key = publish(company, "A-1")
    begin(company.admin, "waiting", no="A-1")

    answer = again(company, key)

    assert (answer.status_code, answer.json()["code"]) == (409, "illegal-move")
    assert len(company.wang.tasks("UT_unpack")) == 1
    assert again(company, "17").status_code == 404


def test_message_whose_time_is_over_is_kept_no_longer(company: Company) -> None:
    deploy(company.admin, WAITING)
    key = publish(company, "A-1")
    company.set_clock(START + timedelta(minutes=2))

    begin(company.admin, "waiting", no="A-1")

    assert found(company, key)["state"] == "EXPIRED"
    assert company.wang.tasks("UT_unpack") == []


def test_finished_instance_gets_nothing(company: Company) -> None:
    deploy(company.admin, WAITING)
    one = begin(company.admin, "waiting", no="A-1")
    path = f"/v2/process-instances/{one}/cancellation"
    company.admin.ask("POST", path, json={"reason": "over"})

    key = publish(company, "A-1")

    assert found(company, key)["state"] == "BUFFERED"


def test_same_message_id_at_once_is_one_message(house: House, company: Company) -> None:
    deploy(company.admin, STARTED)
    body = {"name": "order", "messageId": "m-1", "timeToLive": MINUTE}
    with listening(house) as address, ThreadPoolExecutor(8) as crew:
        send = sending(company, address, "/v2/messages/publication")
        answers = list(crew.map(send, [body] * 8))

    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["messageKey"] for answer in answers}) == 1
    assert len(company.admin.search("process-instances")) == 1


@pytest.mark.parametrize("when", ["before", "after"])
def test_publishers_at_once_are_heard_once_each_in_their_order(
    house: House, company: Company, when: str
) -> None:
    """Each publisher waits for its answer, then goes on; so its order is known.

    Whoever waits for the messages comes before the first or after the last.
    """
    publishers, each = 4, 6
    wanted = publishers * each
    deploy(company.admin, COUNTING)
    given = {"no": "A-1", "seen": [], "wanted": wanted}
    instance = begin(company.admin, "counting", **given) if when == "before" else ""

    with listening(house) as address, ThreadPoolExecutor(publishers) as crew:
        send = sending(company, address, "/v2/messages/publication")

        def publisher(who: int) -> list[int]:
            statuses = []
            for number in range(each):
                body = {
                    "name": "goods",
                    "correlationKey": "A-1",
                    "messageId": f"{who}-{number}",
                    "timeToLive": MINUTE,
                    "variables": {"n": who * 100 + number},
                }
                statuses.append(send(body).status_code)
            return statuses

        answers = [s for all_ in crew.map(publisher, range(publishers)) for s in all_]
    instance = instance or begin(company.admin, "counting", **given)

    assert set(answers) == {200}
    with house.platform.database.transaction() as session:
        # What missed its receiver comes with the sweep every few seconds.
        deliver_waiting(session)
        seen = instances.data_of(session, int(instance))["seen"]
    assert sorted(seen) == sorted(
        who * 100 + number for who in range(publishers) for number in range(each)
    )
    for who in range(publishers):
        own = [number for number in seen if number // 100 == who]
        assert own == sorted(own)
    state = company.admin.ask("GET", f"/v2/process-instances/{instance}")["state"]
    assert state == "COMPLETED"


def test_signal_reaches_everybody_who_listens_and_nobody_later(
    company: Company,
) -> None:
    deploy(company.admin, LISTENING)
    heard = {begin(company.admin, "listening"), begin(company.admin, "listening")}

    body = {"signalName": "alarm"}
    answer = company.admin.ask("POST", "/v2/signals/broadcast", json=body)
    begin(company.admin, "listening")

    assert answer["caught"] == 2
    assert {t["processInstanceKey"] for t in company.wang.tasks("UT_run")} == heard


def sending(
    company: Company, address: str, path: str
) -> Callable[[JSON], httpx2.Response]:
    """Return what posts a body over the network, as the administrator."""
    auth = (company.admin.username, company.admin.password)

    def send(body: JSON) -> httpx2.Response:
        return httpx2.post(f"{address}{path}", json=body, auth=auth, timeout=30)

    return send
