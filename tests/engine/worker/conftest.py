"""Small processes, deployed and begun for tests of the worker."""

from itertools import pairwise
from types import SimpleNamespace

import pytest
from sqlalchemy import select

from engine import definitions, jobs, steps
from engine.actors import SYSTEM, Actor
from engine.runtime import SourceFile
from engine.schema import ElementInstance, Incident, Job, ProcessInstance, Timer
from engine.worker import pool_of, wait_for_jobs
from tests.engine import rig

ADMIN = Actor("root", "Root", kind="staff", administrator=True)
_DIAGRAM = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
  xmlns:spiffworkflow="http://spiffworkflow.org/bpmn/schema/1.0/core"
  xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
  id="d" targetNamespace="urn:test">
  <bpmn:process id="{process}" name="试验" isExecutable="true">{body}</bpmn:process>
</bpmn:definitions>"""


def service_task(operation, element_id="ST_work", **parameters):
    """Return a service task that stores its result as ``outcome``."""
    given = "".join(
        f'<spiffworkflow:parameter id="{name}" type="any" value="{value}"/>'
        for name, value in parameters.items()
    )
    return (
        f'<bpmn:serviceTask id="{element_id}" name="{element_id}">'
        "<bpmn:extensionElements>"
        f'<spiffworkflow:serviceTaskOperator id="{operation}" '
        'resultVariable="outcome"><spiffworkflow:parameters>'
        f"{given}</spiffworkflow:parameters></spiffworkflow:serviceTaskOperator>"
        "</bpmn:extensionElements></bpmn:serviceTask>"
    )


def sequence(*elements):
    """Return start, the elements and end, joined by flows in this order."""
    ids = [
        "SE",
        *(element.partition('id="')[2].partition('"')[0] for element in elements),
    ]
    ids.append("EE")
    flows = "".join(
        f'<bpmn:sequenceFlow id="F{number}" sourceRef="{one}" targetRef="{two}"/>'
        for number, (one, two) in enumerate(pairwise(ids))
    )
    return (
        '<bpmn:startEvent id="SE"/>' + "".join(elements) + '<bpmn:endEvent id="EE"/>'
    ) + flows


def timer(element_id, text, kind="timeDuration"):
    """Return an intermediate timer event."""
    return (
        f'<bpmn:intermediateCatchEvent id="{element_id}" name="{element_id}">'
        f'<bpmn:timerEventDefinition id="{element_id}_d">'
        f'<bpmn:{kind} xsi:type="bpmn:tFormalExpression">{text}</bpmn:{kind}>'
        "</bpmn:timerEventDefinition></bpmn:intermediateCatchEvent>"
    )


@pytest.fixture
def project(database):
    return rig.seed(database)


@pytest.fixture
def house(database, project):
    """Deploy and begin processes, and look at what became of them."""

    def deploy(body, process="trial", **texts):
        text = _DIAGRAM.format(process=process, body=body)
        files = [SourceFile(f"{process}.bpmn", text.encode())]
        files += [SourceFile(name, each.encode()) for name, each in texts.items()]
        with database.transaction() as session:
            definitions.deploy(session, ADMIN, f"99_{process}", files)

    def begin(process="trial"):
        with database.transaction() as session:
            beginning = steps.Beginning(
                definition=definitions.latest(session, process),
                scope_key=project,
            )
            instance = steps.begin(session, SYSTEM, beginning)
        return instance.key, jobs.enqueued(session)

    def work(keys, seconds=5.0):
        pool_of(database).submit(keys)
        assert wait_for_jobs(database, keys, seconds), "the jobs took too long"

    def elements(key):
        """Return the elements that the instance entered, with their times."""
        with database.reading() as session:
            found = session.execute(
                select(ElementInstance.element_id, ElementInstance.started_at)
                .where(ElementInstance.instance_key == key)
                .order_by(ElementInstance.key)
            )
            return [(element_id, at) for element_id, at in found]

    def rows(table):
        with database.reading() as session:
            return session.scalars(select(table).order_by(table.key)).all()

    def instance(key):
        with database.reading() as session:
            return session.get(ProcessInstance, key)

    yield SimpleNamespace(
        database=database,
        project=project,
        deploy=deploy,
        begin=begin,
        work=work,
        instance=instance,
        elements=elements,
        instances=lambda: rows(ProcessInstance),
        jobs=lambda: rows(Job),
        incidents=lambda: rows(Incident),
        timers=lambda: rows(Timer),
    )
    if pool := database.info.pop("runner", None):
        pool.close()
