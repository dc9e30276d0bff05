"""The conformance cases through the public REST API, timers in real time.

The runner and its cases are used from where they lie beside the checkout.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.api.driver import PASSWORD
from tests.conformance.bpmn_rest.serving import served

ROOT = Path(__file__).resolve().parents[3]
CASES = ROOT.parent / "shared" / "conformance"
# Scripts that are Python, and a behaviour whose expected trace contradicts the others.
REFUSED = {
    "betsy/gateways/ParallelGateway_TrueParallelism",
    "betsy/activities/MultiInstance_ComplexBehavior",
    "betsy/events/Timer_BoundaryEvent_SubProcess_Interrupting_Activity",
    "betsy/cfpatterns/WCP19_CancelTask",
}


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    """What the runner found, case by case, with ``--strict``."""
    if not (CASES / "run.py").exists():
        reason = f"the conformance cases are not beside the checkout ({CASES.name})"
        if os.environ.get("CI") == "true":  # noqa: TID251 - tests have no settings
            pytest.fail(reason)
        pytest.skip(reason)
    folder = tmp_path_factory.mktemp("conformance")
    groups = [f"--group={group}" for group in _groups()]
    with served(folder) as url:
        found = _run(url, folder / "results.json", ["--settle=2", *groups])
        late = sorted({each["case"] for each in found if _is_wrong(each)})
        for number, case in enumerate(late):
            # Timers run in real time: on a busy machine two seconds may not do.
            options = ["--settle=15", "--workers=1", f"--case={case}", *groups]
            again = _run(url, folder / f"again-{number}.json", options)
            renewed = {(each["case"], each["no"]): each for each in again}
            found = [renewed.get((each["case"], each["no"]), each) for each in found]
    return found


def _run(url, out, options):
    command = [
        sys.executable,
        str(CASES / "run.py"),
        "--engine=tests.conformance.bpmn_rest.adapter:RestEngine",
        "--strict",
        f"--out={out}",
        *options,
    ]
    place = {"PYTHONPATH": str(ROOT), "FUWU_URL": url, "FUWU_PASSWORD": PASSWORD}
    environment = {**os.environ, **place}  # noqa: TID251 - of the runner
    ran = subprocess.run(
        command, env=environment, capture_output=True, text=True, check=False
    )
    assert out.exists(), ran.stdout + ran.stderr
    return json.loads(out.read_text(encoding="utf-8"))["results"]


def _is_wrong(result):
    return result["verdict"] not in {"pass", "rejected"}


def _groups():
    spec = json.loads((CASES / "expectations.json").read_text(encoding="utf-8"))
    groups = {case["group"] for case in spec["cases"]}
    return sorted(groups - {"bpmn_constraints"})


def test_every_case_passes_or_is_refused(results):
    wrong = {
        each["case"]: (each["expect"], each["got"], each.get("detail"))
        for each in results
        if _is_wrong(each)
    }

    assert wrong == {}


def test_only_what_cannot_be_executed_is_refused(results):
    refused = {each["case"] for each in results if each["verdict"] == "rejected"}

    assert refused == REFUSED
    assert len({each["case"] for each in results}) == 136 + 5
