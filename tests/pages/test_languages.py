"""Every page in Chinese and in English: nothing is left in the other language."""

import re

import pytest

from tests.api.driver import pdf

PAGES = [
    "/",
    "/claimable",
    "/done",
    "/started",
    "/notices",
    "/projects",
    "/procedure",
    "/processes",
    "/incidents",
]
HAN = re.compile(r"[㐀-鿿]+")
WORDS = re.compile(r"[A-Za-z]{3,}(?:[ -][A-Za-z]{2,})+")
TEXTS = """() => {
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const parent = walker.currentNode.parentElement;
    if (parent.closest("script, style, svg, [lang]:not(body)")) continue;
    const text = walker.currentNode.textContent.trim();
    if (text) found.push(text);
  }
  for (const e of document.querySelectorAll("[aria-label], [placeholder], [title]"))
    for (const name of ["aria-label", "placeholder", "title"])
      if (e.getAttribute(name) && !e.closest("svg, .bjs-powered-by"))
        found.push(e.getAttribute(name));
  return found;
}"""
# What people and customers are called, and what they typed, is no text of ours.
DATA = re.compile(
    "赵明|侯福龙|王立民|潘晓彤|金忠权|周喜进|闫传斌|孙强|陈刚|李娜|刘洋|林静|马超|徐丹|高鹏|"
    "大连海鹏制药有限公司|沈阳恒泰机电设备有限公司|营口金帆食品有限公司|丹东华美医药连锁有限公司|"
    "王主任|刘科长|孙经理|于部长|系统管理员|系统|进销存|财务|生产|连锁|服务|中文|"
    "合同完整版|合同删减版|实施计划|确认书签字"
)


@pytest.fixture(scope="module")
def case(company):
    """A project with something on every page of it."""
    made = company.open_project("C-001")
    chen = made.to_documents_sent()
    made.return_survey()
    made.analyse_survey()
    made.confirm_readiness(chen)
    return made


def texts(desk, path):
    answer = desk.page.goto(path)
    assert answer.status == 200, f"{path}: {answer.status}"
    return desk.page.evaluate(TEXTS)


def task_paths(company, case, username):
    person = getattr(company, username)
    found = person.tasks(projectNo=case.project_no)
    return [f"/tasks/{each['userTaskKey']}" for each in found]


@pytest.mark.parametrize("username", ["zhao", "wang", "hp", "admin"])
def test_english_pages_hold_no_chinese(desk, company, case, username):
    reader = desk(username, locale="en-US")
    paths = [*PAGES, f"/projects/{case.project_no}"]
    paths += task_paths(company, case, username)

    left = {}
    for path in paths:
        if username != "admin" and path == "/incidents":
            continue
        if username == "hp" and path in {"/processes", "/procedure"}:
            continue
        wrong = [t for t in texts(reader, path) if HAN.search(DATA.sub("", t))]
        if wrong:
            left[path] = wrong

    assert left == {}


@pytest.mark.parametrize("username", ["zhao", "wang", "hp", "admin"])
def test_chinese_pages_hold_no_english(desk, company, case, username):
    reader = desk(username)
    paths = [*PAGES, f"/projects/{case.project_no}"]
    paths += task_paths(company, case, username)

    left = {}
    for path in paths:
        if username != "admin" and path == "/incidents":
            continue
        if username == "hp" and path in {"/processes", "/procedure"}:
            continue
        wrong = [t for t in texts(reader, path) if WORDS.search(t)]
        if wrong:
            left[path] = wrong

    assert left == {}


def test_one_can_change_the_language_and_it_stays(desk):
    reader = desk("zhao")
    assert reader.page.inner_text("h1") == "待办"

    reader.page.click("button[name=language]")

    assert reader.page.inner_text("h1") == "To do"
    reader.page.goto("/done")
    assert reader.page.inner_text("h1") == "Done"


def test_an_error_is_a_page_in_the_readers_language(desk):
    reader = desk("zhao")

    answer = reader.page.goto("/projects/KB-1999-999")

    assert answer.status == 404
    assert "没有项目KB-1999-999" in reader.page.inner_text("main")


def test_the_full_contract_and_its_amount_stay_with_those_who_may_know(desk, company):
    """R1.1.2, R1.1.3."""
    case = company.open_project("C-002")
    secret = pdf("only for three people")
    reference = company.zhao.upload("full.pdf", secret)
    case.register_contract(full_contract=reference, modules=["进销存"])
    case.appoint()

    shown = {}
    for username in ("zhao", "hou", "chen", "wang", "ht"):
        reader = desk(username)
        reader.page.goto(f"/projects/{case.project_no}")
        document = reader.page.request.get(f"/documents/{reference['documentId']}")
        amount = "168,000" in reader.page.content()
        shown[username] = (amount, document.status == 200)

    assert shown == {
        "zhao": (True, True),
        "hou": (True, True),
        "chen": (False, False),
        "wang": (False, False),
        "ht": (False, False),
    }
