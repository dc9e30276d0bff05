"""The operations that diagrams call to tell people something."""

import io

import pytest
from sqlalchemy import select

from engine import documents, notifications, scopes
from engine.actors import SYSTEM
from engine.documents import DocumentMissingError, Place
from engine.notifications import NobodyToTellError, UnknownChannelError
from engine.operations import Operations
from engine.schema import Notification
from tests.engine.rig import calling, deploy, person

N2 = "该服务不属于我们正常的服务范围内,将把该服务请求转告公司销售经理"


@pytest.fixture
def call(database, project):
    registry = Operations()
    notifications.register(registry)

    def _call(name, **parameters):
        with database.transaction() as session:
            context = calling(session, project)
            operation = registry.get(name)
            assert operation is not None
            return operation.call_local(context, parameters)

    return _call


@pytest.fixture
def contract(database, project):
    with database.transaction() as session:
        stream = io.BytesIO("合同".encode())
        key = documents.upload(session, person("zhao"), stream, "合同.pdf").key
        place = Place(kind="contract_full", scope_key=project)
        documents.attach(session, person("zhao"), key, place)
    return key


def _notices(database):
    with database.reading() as session:
        return session.scalars(select(Notification).order_by(Notification.key)).all()


def test_full_contract_is_sent_to_the_service_director_r1_1_2(database, call, contract):
    result = call(
        "notify_document", to=["service_director"], documents=["contract_full"]
    )

    (notice,) = _notices(database)
    assert result["recipients"] == [notice.recipient] == ["hou"]
    assert notice.document_keys == [str(contract)]
    assert "合同.pdf" in notice.body
    assert notice.element_id == "ST_test"


@pytest.mark.usefixtures("contract")
def test_two_duties_in_one_text_are_both_told(database, call):
    call(
        "notify_document",
        to="sales_manager, service_director",
        documents="contract_full",
    )

    assert [notice.recipient for notice in _notices(database)] == ["zhao", "hou"]


def test_document_that_is_not_there_stops_the_step(call):
    with pytest.raises(DocumentMissingError):
        call("notify_document", to=["service_director"], documents=["issue_opinion"])


def test_duty_that_nobody_holds_stops_the_step(call):
    with pytest.raises(NobodyToTellError) as caught:
        call("notify", to=["implementation_manager"], template="notice")

    assert "implementation_manager" in caught.value.text.zh


def test_rendered_document_is_meant_by_what_the_process_holds(
    database, project, call, contract
):
    store = database.info["documents"]
    received = documents.receive(store, io.BytesIO(b"x"), "方案.pdf", 10)
    with database.transaction() as session:
        place = Place(kind="letter", scope_key=project)
        paper = documents.add_version(session, SYSTEM, received, place, [])

    call(
        "notify",
        to=["hou"],
        template="notice",
        documents=[{"document": str(paper.key)}, "contract_full"],
    )

    (notice,) = _notices(database)
    assert notice.document_keys == [str(paper.key), str(contract)]


def test_customer_hears_the_literal_sentence_r4_3_4_1(database, call):
    deploy(database, {"mails/out_of_scope.txt.j2": N2})

    result = call("notify_customer", template="out_of_scope", channel="phone")

    (notice,) = _notices(database)
    assert (notice.recipient, notice.channel, notice.body) == ("hp", "phone", N2)
    assert (result["text"], result["to_tell"]) == (N2, True)


def test_customer_without_contact_is_told_all_the_same(database, project, call):
    with database.transaction() as session:
        scopes.set_members(session, project, "customer.contact", [])

    result = call("notify_customer", template="notice", data={"text": "完成"})

    assert result["recipients"] == ["customer_contact"]


def test_channel_that_does_not_exist_is_refused(call):
    with pytest.raises(UnknownChannelError):
        call("notify_customer", template="notice", channel="fax")


def test_deployed_wording_wins_over_the_built_in_one(database, call):
    deploy(database, {"mails/notice.txt.j2": "自己的措辞"})

    call("notify", to=["service_director"], template="notice")

    (notice,) = _notices(database)
    assert notice.title == "自己的措辞"


def test_third_round_is_announced_in_both_languages(database, call):
    values = {"round": 3, "task": "审定实施计划", "task_en": "Review the plan"}

    call("notify", to=["service_director"], template="loop_round", data=values)

    (notice,) = _notices(database)
    assert notice.title == "第3轮:审定实施计划(KB-2026-001)"
    assert notice.title_en == "Round 3: Review the plan (KB-2026-001)"
