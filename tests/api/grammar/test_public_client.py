"""Camunda's public client for Python, unchanged: what it reads, it can read here."""

from contextlib import ExitStack
from io import BytesIO

import camunda_orchestration_sdk.models as words
import pytest
from camunda_orchestration_sdk import CamundaClient
from camunda_orchestration_sdk.errors import ConflictError
from camunda_orchestration_sdk.models.element_instance_result_type import (
    ElementInstanceResultType,
)
from camunda_orchestration_sdk.types import File

from tests.api.driver import PASSWORD, pdf
from tests.api.models import deploy
from tests.api.serving import listening
from tests.builders import diagram, end, line, start, task

SMALL = diagram(
    "small",
    line(
        start(),
        task("UT_a", duty='=["zhao", "wang"]'),
        task("UT_b", duty='=["zhao"]'),
        end(),
    ),
)


@pytest.fixture
def dial(house):
    """Opens a client for somebody, over a real socket."""
    with listening(house) as url, ExitStack() as opened:

        def dial(username):
            client = CamundaClient(
                configuration={
                    "CAMUNDA_REST_ADDRESS": url,
                    "CAMUNDA_AUTH_STRATEGY": "BASIC",
                    "CAMUNDA_BASIC_AUTH_USERNAME": username,
                    "CAMUNDA_BASIC_AUTH_PASSWORD": PASSWORD,
                }
            )
            return opened.enter_context(client)

        yield dial


@pytest.fixture
def started(dial, company):
    """A running instance, as the client got it."""
    deploy(company.admin, SMALL, package="small")
    data = {"processDefinitionId": "small", "variables": {"n": 1}}
    return dial("admin").create_process_instance(
        data=words.ProcessCreationById.from_dict(data)
    )


def test_it_learns_where_it_is_and_who_it_is(dial, company):
    deploy(company.admin, SMALL, package="small")
    zhao = dial("zhao")

    (broker,) = zhao.get_topology().brokers

    assert [each.state for each in broker.partitions] == ["active"]
    assert zhao.get_authentication().username == "zhao"


def test_it_works_a_task_from_the_list_to_the_end(dial, started):
    zhao = dial("zhao")
    wanted = {"state": "CREATED", "processInstanceKey": started.process_instance_key}
    query = words.UserTaskSearchQuery.from_dict({"filter": wanted})
    (found,) = zhao.search_user_tasks(data=query).items
    key = found.user_task_key
    zhao.assign_user_task(
        key, data=words.UserTaskAssignmentRequest.from_dict({"assignee": "zhao"})
    )
    (seen,) = zhao.search_user_task_variables(key).items
    answers = words.UserTaskCompletionRequest.from_dict({"variables": {"x": 5}})

    zhao.complete_user_task(key, data=answers)

    assert (seen.name, seen.value) == ("n", 1)
    with pytest.raises(ConflictError):
        zhao.complete_user_task(key, data=answers)
    (after,) = zhao.search_user_tasks(data=query).items
    assert after.element_id == "UT_b"


def test_it_reads_elements_by_their_kind(dial, started):
    query = words.ElementInstanceSearchQuery.from_dict(
        {
            "filter": {
                "processInstanceKey": started.process_instance_key,
                "type": "USER_TASK",
            }
        }
    )

    (found,) = dial("admin").search_element_instances(data=query).items

    assert found.type_ is ElementInstanceResultType.USER_TASK
    assert (found.element_id, found.element_name) == ("UT_a", "UT_a")
    flows = dial("admin").get_process_instance_sequence_flows(
        started.process_instance_key
    )
    assert len(flows.items) == 1


def test_it_stores_and_fetches_a_document(dial, company):
    deploy(company.admin, SMALL, package="small")
    content, zhao = pdf("sdk"), dial("zhao")
    file = File(
        payload=BytesIO(content), file_name="合同.pdf", mime_type="application/pdf"
    )

    made = zhao.create_document(data=words.CreateDocumentData(file=file))

    assert made.camunda_document_type == "camunda"
    assert zhao.get_document(made.document_id).payload.read() == content
