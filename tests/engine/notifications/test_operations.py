"""The operations that diagrams call to tell people something."""

import io
from datetime import timedelta

import pytest
from sqlalchemy import select

from engine import documents, notifications, scopes
from engine.actors import SYSTEM
from engine.documents import Place
from engine.notifications import NobodyToTellError, UnknownChannelError
from engine.operations import Operations
from engine.schema import Notification, UserTask, UserTaskCandidate
from tests.engine.rig import INSTANCE, NINE, calling, deploy, person

DAY = timedelta(days=1)
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
    assert result["notified"] == [notice.recipient] == ["hou"]
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


def test_document_that_is_not_there_yet_follows_when_it_is(database, project, call):
    call("notify_document", to=["service_director"], documents=["issue_opinion"])
    (before,) = _notices(database)

    paper = _render(database, project, "issue_opinion")

    (notice,) = _notices(database)
    assert (before.document_keys, before.awaited) == ([], ["issue_opinion"])
    assert (notice.document_keys, notice.awaited) == ([str(paper.key)], [])
    with database.reading() as session:
        assert documents.find(session, person("hou"), paper.key).key == paper.key
        assert not documents.may_read(session, person("wang"), paper)


def test_who_got_a_document_may_read_its_next_version(database, project, call):
    _render(database, project, "issue_opinion")
    call("notify_document", to=["service_director"], documents=["issue_opinion"])

    second = _render(database, project, "issue_opinion")

    with database.reading() as session:
        assert documents.may_read(session, person("hou"), second)


def _render(database, project, kind):
    store = database.info["documents"]
    received = documents.receive(store, io.BytesIO(b"x"), f"{kind}.pdf", 10)
    with database.transaction() as session:
        place = Place(kind=kind, scope_key=project)
        paper = documents.add_version(session, SYSTEM, received, place, [])
        notifications.arrived(session, paper)
    return paper


def test_duty_that_nobody_holds_stops_the_step(call):
    with pytest.raises(NobodyToTellError) as caught:
        call("notify", to=["implementation_manager"], template="notice")

    assert "implementation_manager" in caught.value.text.zh


def test_rendered_document_is_meant_by_what_the_process_holds(
    database, project, call, contract
):
    paper = _render(database, project, "letter")

    call(
        "notify",
        to=["hou"],
        template="notice",
        documents=[{"document_id": str(paper.key)}, "contract_full"],
    )

    (notice,) = _notices(database)
    assert notice.document_keys == [str(paper.key), str(contract)]


def test_customer_hears_the_literal_sentence_r4_3_4_1(database, call):
    deploy(database, {"mails/out_of_scope.txt.j2": N2})

    result = call("notify_customer", template="out_of_scope", channel="phone")

    (notice,) = _notices(database)
    assert (notice.recipient, notice.channel, notice.body) == ("hp", "phone", N2)
    assert result == {
        "notice_id": str(notice.key),
        "text": N2,
        "channel": "phone",
        "sent_at": None,
    }


def test_notice_to_the_customer_takes_the_channel_of_the_request(database, call):
    case = {"request": {"channel": "wechat"}}

    call("notify_customer", template="notice", case=case)

    assert [notice.channel for notice in _notices(database)] == ["wechat"]


def test_customer_without_contact_is_told_all_the_same(database, project, call):
    with database.transaction() as session:
        scopes.set_members(session, project, "customer.contact", [])

    result = call("notify_customer", template="notice", data={"text": "完成"})

    (notice,) = _notices(database)
    assert notice.recipient == "customer_contact"
    assert result["text"] == notice.body


def test_channel_that_does_not_exist_is_refused(call):
    with pytest.raises(UnknownChannelError):
        call("notify_customer", template="notice", channel="fax")


def test_people_are_called_by_their_names(database, call):
    deploy(database, {"mails/n0.txt.j2": "转移到{{ names[data.owner] }}"})

    for owner in ("lin", "service_director"):
        call("notify_customer", template="n0", data={"owner": owner})

    titles = [notice.title for notice in _notices(database)]
    assert titles == ["转移到Lin", "转移到服务负责人"]


def test_who_is_told_of_an_overdue_task_may_work_on_it_r2_3_2(database, project, call):
    with database.transaction() as session:
        calling(session, project)
        for element_id, due_at in (("UT_late", NINE), ("UT_fresh", NINE + DAY)):
            session.add(_task(project, element_id, due_at))

    for element_id in ("UT_late", "UT_fresh"):
        call("notify", to=["service_director"], candidate_of=element_id)

    with database.reading() as session:
        found = dict(
            session.execute(select(UserTask.element_id, UserTask.candidates)).all()
        )
        listed = session.scalars(select(UserTaskCandidate.username)).all()
    assert found == {"UT_late": ["wang", "hou"], "UT_fresh": ["wang"]}
    assert sorted(listed) == ["hou", "wang"]


def _task(project, element_id, due_at):
    return UserTask(
        instance_key=INSTANCE,
        scope_key=project,
        process_id="rig",
        definition_key=1,
        deployment_key=1,
        ref=element_id,
        element_id=element_id,
        name=element_id,
        mode="any",
        candidates=["wang"],
        due_at=due_at,
        created_at=NINE,
    )


def test_deployed_wording_wins_over_the_built_in_one(database, call):
    deploy(database, {"mails/notice.txt.j2": "自己的措辞"})

    call("notify", to=["service_director"], template="notice")

    (notice,) = _notices(database)
    assert notice.title == "自己的措辞"


def test_third_round_is_announced_in_both_languages(database, call):
    values = {"round": 3, "task": "审定实施计划", "task_en": "Review the plan"}

    call("notify", to=["service_director"], template="loop_round", data=values)

    (notice,) = _notices(database)
    assert notice.title == "第3轮：审定实施计划（KB-2026-001）"
    assert notice.title_en == "Round 3: Review the plan (KB-2026-001)"
