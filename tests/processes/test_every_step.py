"""What must hold for every single completion, walked through a whole preparation."""

from tests.api.driver import Company
from tests.api.serving import House
from tests.api.strict import StrictCase

STEPS = [
    "UT_register_contract",
    "UT_appoint_manager",
    "UT_appoint_manager",
    "UT_upload_contract",
    "UT_draft_milestones",
    "UT_agree_milestones",
    "UT_send_preparation_docs",
    "UT_return_survey",
    "UT_analyse_survey",
    "UT_analyse_survey",
    "UT_write_opinion",
    "UT_decide_solution",
    "UT_draft_plan",
    "UT_review_plan",
    "UT_customer_confirm_plan",
    "UT_return_confirmation",
    "UT_confirm_readiness",
    "UT_confirm_readiness",
    "UT_mobilise_team",
]


def test_every_step_of_the_preparation_is_done_once_by_the_right_person(
    company: Company, house: House
) -> None:
    """R1.1.1–R1.6.2 with 401, 403, 404, 409, 422 and a restart at each step."""
    opened = company.open_project("C-001")
    case = StrictCase(company, opened.customer, opened.project_no, house.restart)

    chen = case.to_documents_sent()
    case.plan_confirmed(chen)
    case.return_confirmation()
    case.confirm_readiness(chen)
    case.mobilise(chen)

    assert case.done == STEPS
    assert case.project()["stage"] == "implementation"
