"""The way of SpiffWorkflow's documentation: the whole workflow, stored at each step.

A row holds the workflow with its models as JSON. Every step reads it, restores the
workflow, completes one task, runs the engine, writes all of it and commits. There is
no HTTP, no sign-in, no form, no history and no inbox: only what cannot be left out.
"""

import json
import sqlite3
import statistics
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.util.task import TaskState

from benchmarks.answers import flat, report

_PACKAGE = Path(__file__).parent / "package"
_TABLE = "CREATE TABLE workflow (key INTEGER PRIMARY KEY, state TEXT)"
_WINDOW = 9
_ROUNDS = 30


@dataclass(frozen=True, slots=True)
class Naive:
    """CPU milliseconds of a step, and KB of the stored workflow."""

    complete_ms: float
    fifth_ms: float
    late_ms: float
    late_kb: float


def measure(folder: Path, late: int) -> Naive:
    """Complete tasks of the same diagrams with the same 5 KB of data."""
    with sqlite3.connect(folder / "naive.db") as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute(
            "CREATE TABLE workflow (key INTEGER PRIMARY KEY, state TEXT)"
        )
        completes = [_case(connection, number) for number in range(_ROUNDS)]
        costs, size = _loop(connection, late)
    return Naive(
        statistics.median(completes),
        statistics.median(costs[3:8]),
        statistics.median(costs[-_WINDOW:]),
        size / 1024,
    )


def _case(connection: sqlite3.Connection, number: int) -> float:
    key = _start(connection, "three_tasks")
    return _step(connection, key, report(number))


def _loop(connection: sqlite3.Connection, rounds: int) -> tuple[list[float], int]:
    key = _start(connection, "loop")
    costs = [_step(connection, key, flat(number)) for number in range(rounds)]
    size = "SELECT length(state) FROM workflow WHERE key = ?"
    return costs, int(connection.execute(size, [key]).fetchone()[0])


def _start(connection: sqlite3.Connection, name: str) -> int:
    parser = BpmnParser()
    parser.add_bpmn_file(str(_PACKAGE / f"{name}.bpmn"))
    process = f"benchmark_{name}"
    workflow = BpmnWorkflow(
        parser.get_spec(process), parser.get_subprocess_specs(process)
    )
    workflow.do_engine_steps()
    state = _serializer().serialize_json(workflow)
    added = connection.execute("INSERT INTO workflow (state) VALUES (?)", [state])
    connection.commit()
    return int(added.lastrowid or 0)


def _step(connection: sqlite3.Connection, key: int, answers: dict[str, Any]) -> float:
    body = json.dumps(answers)
    begun = time.process_time()
    read = "SELECT state FROM workflow WHERE key = ?"
    (state,) = connection.execute(read, [key]).fetchone()
    serializer = _serializer()
    workflow = serializer.deserialize_json(state)
    task = workflow.get_next_task(state=TaskState.READY, manual=True)
    task.set_data(**json.loads(body))
    task.run()
    workflow.do_engine_steps()
    written = serializer.serialize_json(workflow)
    write = "UPDATE workflow SET state = ? WHERE key = ?"
    connection.execute(write, [written, key])
    connection.commit()
    return 1000 * (time.process_time() - begun)


@cache
def _serializer() -> BpmnWorkflowSerializer:
    return BpmnWorkflowSerializer(
        registry=BpmnWorkflowSerializer.configure(), version="1"
    )
