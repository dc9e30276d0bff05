"""The page of a task says how its time was counted."""

from tests.api.project_driver import at


def test_a_task_tells_how_its_time_was_counted(desk, company):
    company.set_clock(at("2026-03-02"))
    case = company.open_project("C-002")
    company.set_clock(at("2026-03-04", "10:00"))
    zhao = desk("zhao")

    zhao.open_task("UT_register_contract", case.project_no)

    zhao.page.click("#clock summary")
    told = zhao.page.inner_text("#clock")
    assert "完成已用9.50/8工作小时" in told
    assert "收到当天不计入工作日" in told
    assert "非工作时段" in told
    assert zhao.complaints == []
