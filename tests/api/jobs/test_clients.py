"""The public Camunda clients, unchanged, each running a worker against the server."""

import asyncio
import importlib
import subprocess
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
from camunda_orchestration_sdk import CamundaAsyncClient, WorkerConfig
from camunda_orchestration_sdk.runtime.job_worker import (
    ConnectedJobContext,
    JobError,
    JobFailure,
)

from tests.api.driver import Company
from tests.api.jobs.working import Program, variables, work
from tests.api.models import begin, deploy
from tests.api.serving import House, listening
from tests.builders import boundary, diagram, end, flow, line, start

PROJECT = Path(__file__).parent / "node"
SCRIPTS = Path(__file__).parents[3] / "scripts"
NODE = (22,)
"""Constant: the oldest release of Node.js that the client supports."""


async def handle(job: ConnectedJobContext) -> dict[str, object]:
    """Work a job as anybody would with the public client."""
    given = job.variables.to_dict()
    if given["mode"] == "decline":
        raise JobError("declined", "over the limit")
    if given["mode"] == "later" and job.retries > 1:
        raise JobFailure("busy", retries=1, retry_back_off=10)
    if given["mode"] == "broken":
        raise JobFailure("broken", retries=0)
    currency = job.custom_headers.to_dict()["currency"]
    return {"paid": given["amount"] * 2, "currency": currency}


@contextmanager
def python_worker(url: str, program: Program):
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="python-worker")
    thread.start()

    async def begin_work():
        client = CamundaAsyncClient(
            configuration={
                "CAMUNDA_REST_ADDRESS": url,
                "CAMUNDA_AUTH_STRATEGY": "BASIC",
                "CAMUNDA_BASIC_AUTH_USERNAME": program.username,
                "CAMUNDA_BASIC_AUTH_PASSWORD": program.token,
            }
        )
        config = WorkerConfig(
            job_type="pay.invoice",
            job_timeout_milliseconds=60_000,
            request_timeout_milliseconds=5_000,
            with_lease=True,
            worker_name="python",
        )
        return client, client.create_job_worker(config, handle)

    async def end_work(client, worker):
        await worker.aclose()
        await client.aclose()

    begun = asyncio.run_coroutine_threadsafe(begin_work(), loop).result(30)
    try:
        yield
    finally:
        asyncio.run_coroutine_threadsafe(end_work(*begun), loop).result(30)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


@contextmanager
def node_worker(url: str, program: Program):
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(SCRIPTS)
        node = importlib.import_module("node")
        node.install(PROJECT, NODE)
        around = dict(node.surroundings(NODE))
    around |= {"ADDRESS": url, "USERNAME": program.username, "TOKEN": program.token}
    command = ["node", str(PROJECT / "worker.mjs")]
    with subprocess.Popen(
        command, env=around, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL
    ) as worker:
        yield
        assert worker.poll() is None
        worker.communicate(timeout=30)


WORKERS = {"python": python_worker, "node": node_worker}


def paying():
    declined = boundary(
        "BE_declined", "ST_pay", '<bpmn:errorEventDefinition errorRef="E_d"/>'
    )
    return diagram(
        "paying",
        line(start(), work(headers={"currency": "CNY"}), end()),
        declined[1],
        end("EE_declined")[1],
        flow("BE_declined", "EE_declined"),
        extra='<bpmn:error id="E_d" name="declined" errorCode="declined"/>',
    )


def settled(company: Company, number: int) -> bool:
    """Wait until so many instances are over or stand still."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        found = company.admin.search("process-instances")
        if sum(i["state"] != "ACTIVE" or i["hasIncident"] for i in found) == number:
            return True
        time.sleep(0.1)
    return False


@pytest.mark.parametrize("language", WORKERS)
def test_the_public_client_runs_a_worker(
    house: House, company: Company, program: Program, language: str
):
    deploy(company.admin, paying())
    modes = ("pay", "later", "decline", "broken")

    with listening(house) as url, WORKERS[language](url, program):
        keys = {m: begin(company.admin, "paying", mode=m, amount=5) for m in modes}
        assert settled(company, len(modes))

    for mode in ("pay", "later"):
        assert variables(company, keys[mode]) == {
            "mode": mode,
            "amount": 5,
            "paid": 10,
            "currency": "CNY",
        }
    jobs = {job["processInstanceKey"]: job for job in company.admin.search("jobs")}
    assert jobs[keys["later"]]["errorMessage"] == "busy"
    assert jobs[keys["decline"]]["errorCode"] == "declined"
    (incident,) = company.admin.search("incidents", state="ACTIVE")
    assert incident["processInstanceKey"] == keys["broken"]
    passed = company.admin.search("element-instances", elementId="EE_declined")
    assert [each["processInstanceKey"] for each in passed] == [keys["decline"]]
