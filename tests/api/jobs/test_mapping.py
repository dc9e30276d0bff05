"""What goes into a service task for workers, and what becomes of what comes out."""

from tests.api.driver import Company
from tests.api.jobs.working import Program, begin, paying, state, variables
from tests.api.models import send
from tests.builders import script


def errors(answer) -> set[str]:
    findings = answer.json()["findings"]
    return {each["code"] for each in findings if each["severity"] == "error"}


def test_inputs_are_for_the_worker_alone(company: Company, program: Program):
    text = paying(inputs={"net": "=amount / 2", "amount": "=100"})
    key = begin(company, text, amount=5)

    (job,) = program.take()

    assert job["variables"] == {"amount": 100, "net": 2.5}
    program.report(job, "completion", variables={"net": 7, "paid": True})
    assert variables(company, key) == {"amount": 5, "paid": True}


def test_outputs_say_what_is_kept(company: Company, program: Program):
    text = paying(
        inputs={"rate": "=2"},
        outputs={"order.total": "=sum * rate", "note": '="paid " + by'},
    )
    key = begin(company, text, order={"no": 1})
    (job,) = program.take()

    program.report(job, "completion", variables={"sum": 21, "by": "robot"})

    assert variables(company, key) == {
        "order": {"no": 1, "total": 42},
        "note": "paid robot",
    }


def test_what_a_worker_brought_survives_an_incident_behind_it(
    house, company: Company, program: Program
):
    later = script("SC_later", "kept = missing_name + paid")
    key = begin(company, paying(later, outputs={"paid": "=paid"}))
    (job,) = program.take()
    program.report(job, "completion", variables={"paid": 3})

    house.restart()

    assert variables(company, key)["paid"] == 3


def test_a_type_that_is_an_expression_is_refused(company: Company):
    answer = send(company.admin, paying(job_type="=name"))

    assert (answer.status_code, errors(answer)) == (422, {"job-type-computed"})


def test_wrong_retries_and_mappings_are_refused(company: Company):
    text = paying(retries="many", outputs={"x": "=1 +"})

    answer = send(company.admin, text)

    assert errors(answer) == {"job-retries-invalid", "expression-not-feel"}


def test_a_task_without_mappings_stores_what_comes(company: Company, program: Program):
    key = begin(company, amount=5)
    (job,) = program.take()

    program.report(job, "completion", variables={"amount": 6, "lines": [{"no": 1}]})

    assert variables(company, key) == {"amount": 6, "lines": [{"no": 1}]}
    assert state(company, key) == "COMPLETED"
