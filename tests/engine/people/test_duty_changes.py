import pytest
from sqlalchemy import select

from engine import cache, duties, duty_changes, identity, journal, scopes
from engine.authorization import PermissionMissingError
from engine.duty_file import DutyConfigurationError
from engine.identity import AccountDetails
from engine.lifecycles import UserTaskState
from engine.schema import DutyConfiguration, UserTask, UserTaskCandidate
from tests.engine import rig
from tests.engine.people.conftest import ADMIN, add_round, add_task, replaced


def waiting(session, key):
    """Return who finds the task in the inbox."""
    rows = select(UserTaskCandidate.username).where(UserTaskCandidate.task_key == key)
    return sorted(session.scalars(rows))


def test_a_new_version_moves_open_tasks_and_says_so(place):
    with place.database.transaction() as session:
        key = add_task(session, place.project, "service_director", ["hou"])

    with place.database.transaction() as session:
        content = replaced(service_director=["user:wang", "user:sun"])
        done = duty_changes.replace(session, ADMIN, content)

    with place.database.reading() as session:
        task = session.get(UserTask, key)
        entry = journal.entries_of(session, task_key=key)[-1]
        assert (done.version, done.reassigned) == (2, 1)
        assert task.candidates == ["wang", "sun"]
        assert waiting(session, key) == ["sun", "wang"]
        assert entry.event == "TaskReassigned"
        assert entry.details == {
            "duty": "service_director",
            "before": ["hou"],
            "after": ["wang", "sun"],
        }
        assert journal.verify(session, rig.INSTANCE).intact


def test_claims_of_those_who_lost_the_duty_are_released(place):
    with place.database.transaction() as session:
        lost = add_task(
            session, place.project, "service_director", ["hou"], assignee="hou"
        )
        kept = add_task(
            session, place.project, "sales_director", ["sun"], assignee="sun"
        )

    with place.database.transaction() as session:
        content = replaced(service_director=["user:wang", "user:chen"])
        duty_changes.replace(session, ADMIN, content)

    with place.database.reading() as session:
        assert session.get(UserTask, lost).assignee is None
        assert session.get(UserTask, lost).revision == 2
        assert session.get(UserTask, kept).assignee == "sun"
        assert session.get(UserTask, kept).revision == 1


def test_a_task_for_one_goes_to_the_only_successor_at_once(place):
    with place.database.transaction() as session:
        key = add_task(
            session, place.project, "service_director", ["hou"], assignee="hou"
        )

    with place.database.transaction() as session:
        content = replaced(service_director=["user:wang"])
        duty_changes.replace(session, ADMIN, content)

    with place.database.reading() as session:
        assert session.get(UserTask, key).assignee == "wang"


def test_candidates_added_by_hand_stay(place):
    with place.database.transaction() as session:
        key = add_task(session, place.project, "service_director", ["hou", "lin"])

    with place.database.transaction() as session:
        content = replaced(service_director=["user:wang"])
        duty_changes.replace(session, ADMIN, content)

    with place.database.reading() as session:
        assert session.get(UserTask, key).candidates == ["lin", "wang"]


def test_finished_tasks_stay_as_they_were(place):
    with place.database.transaction() as session:
        key = add_task(
            session,
            place.project,
            "service_director",
            ["hou"],
            state=UserTaskState.COMPLETED,
            completed_by="hou",
        )

    with place.database.transaction() as session:
        content = replaced(service_director=["user:wang"])
        done = duty_changes.replace(session, ADMIN, content)

    with place.database.reading() as session:
        assert done.reassigned == 0
        assert session.get(UserTask, key).candidates == ["hou"]


def test_a_project_role_moves_the_tasks_of_its_own_project_only(place):
    with place.database.transaction() as session:
        other = scopes.open_scope(session, "project", "KB-2026-002", "恒泰").key
        scopes.set_members(session, other, "project.sales_manager", ["sun"])
        mine = add_task(session, place.project, "sales_manager", ["zhao"])
        theirs = add_task(session, other, "sales_manager", ["sun"])

    with place.database.transaction() as session:
        scopes.set_members(session, place.project, "project.sales_manager", ["lin"])

    with place.database.reading() as session:
        assert session.get(UserTask, mine).candidates == ["lin"]
        assert session.get(UserTask, theirs).candidates == ["sun"]
        assert duties.resolve(session, "sales_manager", place.project) == ("lin",)


def test_who_only_stood_in_leaves_when_somebody_holds_the_duty(place):
    with place.database.transaction() as session:
        key = add_task(
            session, place.project, "implementation_manager", ["hou", "wang"]
        )

    with place.database.transaction() as session:
        scopes.set_members(session, place.project, "project.manager", ["chen"])

    with place.database.reading() as session:
        assert session.get(UserTask, key).candidates == ["chen"]
        assert waiting(session, key) == ["chen"]


def joint(place, members, people):
    """Store the joint duty and open a round of it."""
    with place.database.transaction() as session:
        content = replaced()
        content["duties"]["appointer"] = {
            "title": "指定人",
            "mode": "all",
            "members": members,
        }
        duty_changes.replace(session, ADMIN, content)
        return content, add_round(session, place.project, "appointer", people)


def test_a_joint_round_gets_rows_for_new_people_and_loses_those_who_left(place):
    content, rows = joint(place, ["user:hou", "user:wang"], ["hou", "wang"])

    with place.database.transaction() as session:
        content["duties"]["appointer"]["members"] = ["user:hou", "user:chen"]
        duty_changes.replace(session, ADMIN, content)

    with place.database.reading() as session:
        found = select(UserTask).where(UserTask.joint_key == 500)
        states = {row.assignee: row.state for row in session.scalars(found)}
        assert states == {"hou": "CREATED", "wang": "CANCELED", "chen": "CREATED"}
        assert session.get(UserTask, rows["wang"]).cancellation_reason == "duty changed"
        assert waiting(session, rows["wang"]) == []
        assert place.settled == []


def test_a_round_is_settled_when_the_last_person_missing_leaves(place):
    content, rows = joint(
        place, ["user:hou", "user:wang", "user:sun"], ["hou", "wang", "sun"]
    )
    with place.database.transaction() as session:
        for person in ("hou", "sun"):
            row = session.get(UserTask, rows[person])
            row.state, row.completed_by = UserTaskState.COMPLETED, person

    with place.database.transaction() as session:
        content["duties"]["appointer"]["members"] = ["user:hou", "user:sun"]
        duty_changes.replace(session, ADMIN, content)

    assert place.settled == [500]


def test_a_round_never_loses_everybody(place):
    with place.database.transaction() as session:
        content = replaced()
        content["duties"]["coordinator"] = {
            "title": "协调人",
            "mode": "all",
            "members": ["project.sales_manager"],
            "single": True,
        }
        duty_changes.replace(session, ADMIN, content)
        rows = add_round(session, place.project, "coordinator", ["zhao"])

    with place.database.transaction() as session:
        scopes.set_members(session, place.project, "project.sales_manager", [])

    with place.database.reading() as session:
        assert session.get(UserTask, rows["zhao"]).state == "CREATED"


def test_duties_of_open_tasks_cannot_be_taken_away(place):
    with place.database.transaction() as session:
        add_task(session, place.project, "service_director", ["hou"])
    content = replaced()
    del content["duties"]["service_director"]

    with (
        pytest.raises(DutyConfigurationError) as caught,
        place.database.transaction() as session,
    ):
        duty_changes.replace(session, ADMIN, content)

    problem = caught.value.problems[0]
    assert (problem.pointer, problem.code) == (
        "/duties/service_director",
        "duty-not-defined",
    )


def test_only_administrators_change_duties(place):
    with (
        pytest.raises(PermissionMissingError),
        place.database.transaction() as session,
    ):
        duty_changes.replace(session, rig.person("hou"), replaced())


def test_who_read_an_older_version_does_not_overwrite_a_newer_one(place):
    with place.database.transaction() as session:
        duty_changes.replace(session, ADMIN, replaced(), version=1)

    with (
        pytest.raises(duty_changes.DutiesChangedError),
        place.database.transaction() as session,
    ):
        duty_changes.replace(session, ADMIN, replaced(), version=1)


def test_seeding_again_changes_nothing(place):
    with place.database.transaction() as session:
        duty_changes.seed(session, replaced(service_director=["user:wang"]))

        assert duties.resolve(session, "service_director") == ("hou",)
        assert len(list(session.scalars(select(DutyConfiguration)))) == 1


def test_a_rolled_back_version_is_forgotten(place):
    def change_and_fail():
        with place.database.transaction() as session:
            content = replaced(service_director=["user:wang"])
            duty_changes.replace(session, ADMIN, content)
            assert duties.resolve(session, "service_director") == ("wang",)
            raise InterruptedError

    with pytest.raises(InterruptedError):
        change_and_fail()

    with place.database.reading() as session:
        assert duties.resolve(session, "service_director") == ("hou",)


def test_switching_an_account_off_hands_its_work_to_the_others(place):
    with place.database.transaction() as session:
        duty_changes.replace(
            session, ADMIN, replaced(service_director=["user:hou", "user:wang"])
        )
        key = add_task(
            session, place.project, "service_director", ["hou", "wang"], assignee="hou"
        )

    with place.database.transaction() as session:
        gone = AccountDetails(display_name="侯福龙", active=False)
        identity.update(session, ADMIN, "hou", gone)

    with place.database.reading() as session:
        assert session.get(UserTask, key).candidates == ["wang"]
        assert session.get(UserTask, key).assignee == "wang"


def test_deputies_take_over_on_the_first_day_and_give_back_after_the_last(place):
    content = {
        **replaced(),
        "deputies": [
            {
                "for": "hou",
                "deputy": "wang",
                "start": "2026-03-03",
                "end": "2026-03-03",
            }
        ],
    }
    with place.database.transaction() as session:
        duty_changes.replace(session, ADMIN, content)
        key = add_task(
            session, place.project, "service_director", ["hou", "lin"], assignee="hou"
        )

    seen = []
    for day in (2, 3, 3, 4):
        with place.database.transaction() as session:
            cache.set_clock(session, rig.NINE.replace(day=day))
            moved = duty_changes.follow_absences(session)
            seen.append((moved, session.get(UserTask, key).candidates))

    assert seen == [
        (0, ["hou", "lin"]),
        (1, ["lin", "wang"]),
        (0, ["lin", "wang"]),
        (1, ["lin", "hou"]),
    ]


def test_a_joint_round_waits_for_the_deputy_of_somebody_who_is_away(place):
    content, rows = joint(place, ["user:hou", "user:wang"], ["hou", "wang"])
    away = {"for": "wang", "deputy": "chen", "start": "2026-03-03", "end": "2026-03-03"}
    with place.database.transaction() as session:
        duty_changes.replace(session, ADMIN, {**content, "deputies": [away]})

    with place.database.transaction() as session:
        cache.set_clock(session, rig.NINE.replace(day=3))
        duty_changes.follow_absences(session)

    with place.database.reading() as session:
        found = select(UserTask).where(UserTask.joint_key == 500)
        states = {row.assignee: row.state for row in session.scalars(found)}
        assert states == {"hou": "CREATED", "wang": "CANCELED", "chen": "CREATED"}
        assert waiting(session, rows["hou"]) == ["hou"]
