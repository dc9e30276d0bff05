from copy import deepcopy
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select

from engine.actors import Actor
from engine.lifecycles import UserTaskState
from engine.schema import (
    Deployment,
    DeploymentResource,
    Resource,
    UserTask,
    UserTaskCandidate,
)
from tests.engine import rig

DIAGRAM = """<?xml version="1.0"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d"
  targetNamespace="urn:test"><process id="rig" isExecutable="true"/></definitions>
"""
ADMIN = Actor("root", "Root", kind="staff", administrator=True)


@pytest.fixture
def place(database):
    """A database with the rig's people and one project."""
    settled = []
    database.info["settle_joint"] = lambda _s, _a, joint: settled.append(joint)
    project = rig.seed(database)
    with database.transaction() as session:
        rig.add_instance(session, project)
        deployment = session.scalar(select(Deployment.key))
        session.add(Resource(digest="rig", content=DIAGRAM.encode()))
        session.flush()
        session.add(
            DeploymentResource(
                deployment_key=deployment, name="rig.bpmn", kind="bpmn", digest="rig"
            )
        )
    return SimpleNamespace(database=database, project=project, settled=settled)


def add_task(session, project, duty, people, **values):
    """Add an open task as the engine writes it; a joint one has a row a person."""
    row = UserTask(
        **{
            "instance_key": rig.INSTANCE,
            "scope_key": project,
            "process_id": "rig",
            "definition_key": 1,
            "deployment_key": 1,
            "ref": "r1",
            "element_id": "UT_test",
            "name": "任务",
            "duty": duty,
            "candidates": list(people),
            "state": UserTaskState.CREATED,
            "created_at": rig.NINE,
            **values,
        }
    )
    session.add(row)
    session.flush()
    session.add_all(
        UserTaskCandidate(task_key=row.key, username=person) for person in people
    )
    session.flush()
    return row.key


def add_round(session, project, duty, people):
    """Add a joint task; return the keys of its rows by person."""
    return {
        person: add_task(
            session, project, duty, [person], mode="all", joint_key=500, assignee=person
        )
        for person in people
    }


def replaced(**duties):
    """Return the rig's duties with some of them given to other people."""
    content: dict[str, Any] = deepcopy(rig.DUTIES)
    for name, members in duties.items():
        content["duties"][name] = {"title": name, "members": members}
    return content
