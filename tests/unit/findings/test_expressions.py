"""Expressions, scripts and timers: FEEL or a finding that says what to rewrite."""

import pytest

from tests.unit.findings.diagrams import (
    FORMAL,
    check_process,
    end,
    extension,
    flow,
    found,
    line,
    properties,
    start,
    task,
)


def choice(condition: str) -> str:
    body = start() + end() + end("other") + flow("start", "gate")
    gate = task("gate", "exclusiveGateway", default="gate_end")
    return body + gate + flow("gate", "end") + flow("gate", "other", condition)


def script(text: str) -> str:
    return line(task(kind="scriptTask", inside=f"<bpmn:script>{text}</bpmn:script>"))


def timer(kind: str, text: str) -> str:
    name = f"bpmn:{kind}"
    definition = f"<{name} {FORMAL}>{text}</{name}>"
    return line(
        task(
            "wait",
            "intermediateCatchEvent",
            f"<bpmn:timerEventDefinition>{definition}</bpmn:timerEventDefinition>",
        )
    )


@pytest.mark.parametrize(
    "condition",
    [
        "amount &gt; 100",
        "=amount &gt; 100 and not(waived)",
        'contains(test, "a")',
        "some x in list satisfies not(x.ok)",
        "金额 &gt; 100",
    ],
)
def test_condition_in_feel_is_fine(condition):
    assert found(check_process(choice(condition))) == set()


@pytest.mark.parametrize(
    "condition",
    ["x == 1", "${amount &gt; 100}", "a &amp;&amp; b", "x.startswith('a') is True"],
)
def test_condition_in_another_language_is_named(condition):
    findings = check_process(choice(condition))

    assert found(findings) == {("expression-not-feel", "gate_other")}
    (refusal,) = (one for one in findings if one.severity == "error")
    assert condition.replace("&gt;", ">").replace("&amp;", "&") in refusal.rule.en
    assert "FEEL" in refusal.remedy.zh


def test_function_that_feel_does_not_have_is_named():
    findings = check_process(choice("len(orders) &gt; 1"))

    assert found(findings) == {("function-unknown", "gate_other")}
    assert "len" in findings[-1].rule.en


def test_function_in_a_script_is_looked_at():
    assert found(check_process(script("a = 1\nb = round_up(a)"))) == {
        ("function-unknown", "task")
    }


def test_function_of_feel_and_its_own_are_fine():
    body = script("f = {twice: function(x) 2 * x, y: twice(2)}.y\ng = string length(f)")

    assert found(check_process(body)) == set()


@pytest.mark.parametrize("condition", ["x is None", "amount gt 100", "x.y not z"])
def test_operator_of_another_language_is_named(condition):
    assert found(check_process(choice(condition))) & {
        ("expression-foreign-word", "gate_other"),
        ("expression-not-feel", "gate_other"),
    }


def test_words_that_nothing_sets_are_warned_of():
    findings = check_process(choice("order amount &gt; 100"))

    assert found(findings) == set()
    assert ("expression-words", "gate_other") in found(findings, "warning")


def test_words_that_a_script_sets_are_fine():
    sets = task("sets", "scriptTask", "<bpmn:script>order amount = 1</bpmn:script>")
    reads = task(
        "reads", "scriptTask", "<bpmn:script>x = order amount + 1</bpmn:script>"
    )

    findings = check_process(line(sets, reads))

    assert found(findings, "warning") == {("drawing-missing", "definitions")}


def test_condition_of_mere_words_needs_its_type():
    body = choice("customer looks happy").replace(FORMAL, "")

    assert ("expression-not-formal", "gate_other") in found(check_process(body))


def test_condition_in_feel_may_leave_its_type_out():
    body = choice("amount &gt; 100").replace(FORMAL, "")

    assert found(check_process(body)) == set()


def test_index_with_a_string_is_refused():
    body = choice('order["amount"] &gt; 100')

    assert found(check_process(body)) == {("expression-string-index", "gate_other")}


def test_filter_of_a_list_is_fine():
    assert found(check_process(choice('count(orders[kind = "a"]) &gt; 1'))) == set()


@pytest.mark.parametrize("condition", ["23", '"yes"', "[1, 2]"])
def test_condition_that_is_never_true_or_false_is_refused(condition):
    assert found(check_process(choice(condition))) == {
        ("condition-not-boolean", "gate_other")
    }


def test_constant_condition_is_fine():
    assert found(check_process(choice("true"))) == set()


@pytest.mark.parametrize("text", ['token = "a"', "a = 1\nb = a + 1", "x = {n: 1}.n"])
def test_script_of_assignments_is_fine(text):
    assert found(check_process(script(text))) == set()


@pytest.mark.parametrize("text", ["import os", "x += 1", "del x", "print(1)"])
def test_script_in_another_language_is_named(text):
    assert found(check_process(script(text))) == {("script-not-feel", "task")}


@pytest.mark.parametrize("name", ["preScript", "postScript"])
def test_scripts_around_an_element_are_looked_at(name):
    scripted = extension(f"<spiffworkflow:{name}>x += 1</spiffworkflow:{name}>")

    findings = check_process(line(task(inside=scripted)))

    assert found(findings) == {("script-not-feel", "task")}


def test_script_of_a_global_task_is_looked_at():
    after = (
        '<bpmn:globalScriptTask id="shared"><bpmn:script>x += 1</bpmn:script>'
        "</bpmn:globalScriptTask>"
    )

    findings = check_process(line(task()), after=after)

    assert found(findings) == {("script-not-feel", "shared")}


def test_payload_and_parameters_are_looked_at():
    operator = (
        '<spiffworkflow:serviceTaskOperator id="notify"><spiffworkflow:parameters>'
        '<spiffworkflow:parameter id="to" type="any" value="\'sales\'"/>'
        "</spiffworkflow:parameters></spiffworkflow:serviceTaskOperator>"
    )
    calls = task("call", "serviceTask", extension(operator))
    message = '<bpmn:message id="m" name="m"/>'
    payload = extension(
        "<spiffworkflow:messagePayload>{**case}</spiffworkflow:messagePayload>"
    )
    definition = "bpmn:messageEventDefinition"
    sent = f'<{definition} messageRef="m">{payload}</{definition}>'
    sends = task("send", "intermediateThrowEvent", sent)

    findings = check_process(line(calls, sends), before=message)

    assert found(findings) == {
        ("expression-not-feel", "call"),
        ("expression-not-feel", "send"),
    }


def test_duty_and_correlation_are_feel_where_they_are_expressions():
    body = line(
        task("a", "userTask", properties(duty="=x ==")),
        task("b", "userTask", properties(duty="sales_manager")),
        task("c", inside=properties(correlation="order..number")),
    )

    assert found(check_process(body)) == {
        ("expression-not-feel", "a"),
        ("expression-not-feel", "c"),
    }


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("timeDate", "2026-05-01"),
        ("timeDate", "2026-05-01T09:00:00+08:00"),
        ("timeDate", "=next_visit"),
        ("timeDate", "plan.finish"),
        ("timeDate", 'date and time("2026-05-01T09:00:00")'),
        ("timeDuration", "P1Y2M3DT4H5M6S"),
        ("timeDuration", "P2WD"),
        ("timeDuration", "PT4WH"),
        ("timeDuration", '"P7D"'),
        ("timeDuration", 'duration("PT" + string(minutes) + "M")'),
        ("timeCycle", "R3/PT10S"),
        ("timeCycle", "R/P1D"),
        ("timeCycle", "R2/2026-05-01T09:00:00Z/P1M"),
        ("timeCycle", "0 9 * * MON-FRI"),
    ],
)
def test_timer_that_can_be_read_is_fine(kind, text):
    assert found(check_process(timer(kind, text))) == set()


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("timeDate", "tomorrow"),
        ("timeDate", "2026-13-01"),
        ("timeDate", "P1D"),
        ("timeDuration", "PT"),
        ("timeDuration", "5 days"),
        ("timeDuration", '"soon"'),
        ("timeDuration", "7"),
        ("timeCycle", "R3/often"),
        ("timeCycle", "61 * * * *"),
    ],
)
def test_timer_that_cannot_be_read_is_refused(kind, text):
    findings = check_process(timer(kind, text))

    assert found(findings) == {("timer-invalid", "wait")}


@pytest.mark.parametrize("due", ["P2WD", "PT4WH", "P3D", "2026-05-01", "=plan.finish"])
def test_due_date_that_can_be_read_is_fine(due):
    body = line(task(kind="userTask", inside=properties(duty="d", due=due)))

    assert found(check_process(body)) == set()


@pytest.mark.parametrize("due", ["2 days", "plan.finish", "P2XD"])
def test_due_date_that_cannot_be_read_is_refused(due):
    body = line(task(kind="userTask", inside=properties(duty="d", due=due)))

    assert found(check_process(body)) == {("due-invalid", "task")}


@pytest.mark.parametrize(
    "text",
    [
        '"a" + 1',
        "[1].append(2)",
        "{a: 1}.b.c",
        'matches("a", "(?=b)")',
        "9 ** 999999999",
        "for i in 1..10 ** 30 return i",
        'date("2026-13-01")',
    ],
)
def test_what_is_null_whatever_the_data_says_is_refused(text):
    body = line(task("x", "scriptTask", f"<bpmn:script>y = {text}</bpmn:script>"))

    assert ("expression-always-null", "x") in found(check_process(body))


@pytest.mark.parametrize(
    "text",
    [
        "null",
        "if true then null else 1",
        'if today() > date("2030-01-01") then 1 else "x" + 1',
        "[]",
        "a.b",
        "false",
        "0",
    ],
)
def test_null_may_be_written_and_data_may_be_missing(text):
    body = line(task("x", "scriptTask", f"<bpmn:script>y = {text}</bpmn:script>"))

    assert found(check_process(body)) == set()


def test_names_of_python_are_refused_in_texts_too():
    text = 'y = get value(a, "__class__")'
    body = line(task("x", "scriptTask", f"<bpmn:script>{text}</bpmn:script>"))

    assert found(check_process(body)) == {("expression-python-name", "x")}
