"""Sending work back from the task's page, and how a history tells of such turns."""

import pytest

from tests.api.models import deploy
from tests.builders import diagram, end, line, start, task

SENTENCES = {
    "zh-CN": [
        "退回:UT_second → UT_first",
        "原因:金额有误",
        "流程迁移到第 2 版",
        "撤销流程迁移,回到第 1 版",
        "人工调整流程当前位置",
        "原因:试一试",
    ],
    "en-US": [
        "sent back: UT_second → UT_first",
        "Reason: 金额有误",
        "took the case over to version 2 of the process",
        "undid the change of version: back to version 1",
        "moved the case to another place by hand",
    ],
}


def small(*names):
    nodes = [task(name, duty='=["zhao"]') for name in names]
    return diagram("turning", line(start(), *nodes, end()))


@pytest.fixture(scope="module")
def turned(company):
    """A case that was sent back, migrated, taken back and modified."""
    admin, zhao = company.admin, company.zhao
    deploy(admin, small("UT_first", "UT_second"), package="turning")
    made = admin.ask(
        "POST", "/v2/process-instances", json={"processDefinitionId": "turning"}
    )
    path = f"/v2/process-instances/{made['processInstanceKey']}"
    zhao.complete("UT_first")
    second = zhao.task("UT_second")["userTaskKey"]
    body = {"elementId": "UT_first", "reason": "金额有误"}
    zhao.ask("POST", f"/v2/user-tasks/{second}/return", json=body)
    newer = deploy(admin, small("UT_first", "UT_second", "UT_third"), package="turning")
    (target,) = [
        each["processDefinition"]["processDefinitionKey"]
        for each in newer["deployments"]
        if "processDefinition" in each
    ]
    plan = {"targetProcessDefinitionKey": target, "mappingInstructions": []}
    admin.ask("POST", f"{path}/migration", json=plan)
    admin.ask("POST", f"{path}/migration/reversal", json={"reason": "试一试"})
    move = {
        "moveInstructions": [
            {
                "sourceElementInstruction": {"sourceElementId": "UT_first"},
                "targetElementId": "UT_second",
            }
        ],
        "reason": "补录",
    }
    admin.ask("POST", f"{path}/modification", json=move)
    yield zhao.task("UT_second")["userTaskKey"]
    admin.ask("POST", f"{path}/cancellation", json={"reason": "done"})


@pytest.mark.parametrize("locale", SENTENCES)
def test_a_history_tells_of_every_turn(desk, turned, locale):
    reader = desk("zhao", locale=locale)

    reader.page.goto(f"/tasks/{turned}")

    history = " ".join(reader.page.inner_text("#history").split())
    assert [each for each in SENTENCES[locale] if each not in history] == []


def test_work_goes_back_to_whom_one_chooses(desk, company):
    case = company.open_project("C-001")
    case.to_documents_sent()
    case.return_survey()
    case.analyse_survey()
    wang = desk("wang")
    wang.open_task("UT_write_opinion", case.project_no)
    wang.page.click("#return summary")
    targets = wang.page.locator("#return label.choice")
    assert (
        "将取消" not in targets.filter(has_text="交回《项目调研报告单》").inner_text()
    )
    assert "将取消:交回《项目实施前准备事项确认书》" in (
        targets.filter(has_text="提交实施前三份文档").inner_text()
    )

    wang.page.check("#return input[value=UT_return_survey]")
    wang.page.fill("#return-reason", "缺少数据量")
    wang.page.click("#return form button")

    assert wang.page.inner_text("p.done") == "已退回。"
    assert case.holds(company.wang, "UT_write_opinion") == 0
    hp = desk("hp")
    hp.open_task("UT_return_survey", case.project_no)
    came_back = hp.page.inner_text("#came-back")
    assert "王立民 退回了此任务。" in came_back
    assert "缺少数据量" in came_back
    filled_in = {"users": "40", "current_system": "手工"}
    for name, text in filled_in.items():
        shown = hp.page.locator(f"input[value={name}] + textarea")
        assert shown.input_value() == text
    assert [*wang.complaints, *hp.complaints] == []


def test_without_a_reason_nothing_goes_back(desk, company):
    case = company.open_project("C-002")
    case.register_contract(modules=["进销存"])
    hou = desk("hou")
    hou.open_task("UT_appoint_manager", case.project_no)
    hou.page.click("#return summary")
    hou.page.check("#return input[value=UT_register_contract]")
    hou.page.fill("#return-reason", "   ")

    hou.page.click("#return form button")

    assert "请填写退回原因" in hou.page.inner_text("[role=alert]")
    assert case.holds(company.hou, "UT_appoint_manager") == 1
