"""What the scenarios know: answers of people, replies of operations, messages."""

import tomllib
from collections import defaultdict
from datetime import datetime
from functools import cache
from zoneinfo import ZoneInfo

from engine.errors import ConflictError
from engine.feel import compile_expression, plain
from engine.operations import Operations, RemoteResult
from tests.processes import library

BEGIN = datetime(2026, 3, 2, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
REMOTE = {"render_document", "erp.import_data", "issue_tracker.create"}


@cache
def scenarios():
    """All scenarios of all packages."""
    files = sorted(library.PROCESSES.glob("[0-9]*/scenarios/*.toml"))
    return tuple(tomllib.loads(file.read_text("utf-8")) for file in files)


@cache
def answers():
    """What somebody somewhere answered to each task, by element id."""
    found: defaultdict[str, list[object]] = defaultdict(list)
    for scenario in scenarios():
        for step in scenario.get("step", ()):
            if "complete" in step and "refused" not in step:
                for each in step.get("answers", [step]):
                    values = each.get("values", {})
                    if values not in found[step["complete"]]:
                        found[step["complete"]].append(values)
    return found


@cache
def payloads():
    """What messages carried, by name."""
    found: defaultdict[str, list[object]] = defaultdict(list)
    for scenario in scenarios():
        for step in scenario.get("step", ()):
            if "message" in step:
                found[step["message"]].append(step.get("payload", {}))
    return found


def beginnings(process_id):
    """Starting data of a process, as its scenarios say them."""
    return [
        _begun(scenario.get("start", {}))
        for scenario in scenarios()
        if scenario["process"] == process_id
    ]


def called():
    """Starting data of a process that has no scenarios because others call it."""
    case = dict(library.common()["cases"]["on_site"])
    return {"case": case, "plan_reason": "initial", "plan_basis": {"issues": []}}


def _begun(start):
    begin = dict(start) if "case" in start else {"case": dict(start)}
    if isinstance(begin["case"], str):
        cases = library.common()["cases"]
        begin["case"] = dict(cases[begin["case"].removeprefix("@")])
    begin["case"] |= begin.pop("change", {})
    for name in begin.pop("without", ()):
        begin["case"].pop(name, None)
    return begin


def operations(papers):
    """Operations that answer at once what the scenarios say they answer.

    A document that they made is the newest of ``papers``.
    """
    known = Operations()
    for name, told in library.common()["operations"].items():
        remote = name in REMOTE
        known.register(name, _replying(told, papers, remote=remote), remote=remote)
    known.register("walk.fails", _fail)
    return known


def _fail(*_):
    raise ConflictError("It never works", "总是失败")


def _replying(told, papers, *, remote):
    expression = compile_expression(told)

    def reply(_, parameters):
        value = plain(expression.evaluate(parameters, now=BEGIN))
        if isinstance(value, dict) and "document_id" in value:
            value["document_id"] = papers[-1]
        return RemoteResult(value=value) if remote else value

    return reply
