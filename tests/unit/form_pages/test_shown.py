import json

from api.web.forms.shown import Reader
from api.web.rendering import environment
from api.web.texts import table, translator
from engine.forms import read_form
from engine.forms.stored import labels_of
from engine.resources import bundled
from tests.unit.form_pages.reading import read

PEOPLE = {"chen": "陈刚", "zhao": "赵明"}
FORMS = [
    read_form(file.stem, file.read_bytes())
    for file in sorted(bundled("forms").rglob("UT_*.json"))
]


def page(shows, data, language="zh"):
    """Return the tree of what a form shows of ``data``."""
    whole = {
        "title": {"zh": "表", "en": "Form"},
        "schema": {"type": "object", "properties": {}},
        "ui": {
            "x-shows": [
                {"feel": feel, "title": {"zh": title, "en": title}}
                for title, feel in shows.items()
            ]
        },
    }
    form = read_form("UT_test", json.dumps(whole).encode())
    words = {name.removeprefix("value."): text for name, text in table().items()}
    reader = Reader(language, labels_of(FORMS), words.get, PEOPLE)
    blocks = reader.blocks(form.shown(data, {}))
    source = '{% from "forms/shown.html.j2" import shown %}{{ shown(blocks, t) }}'
    template = environment().from_string(source)
    return read(template.render(blocks=blocks, t=translator(language)))


def test_lists_of_records_are_tables_with_the_titles_of_their_form():
    milestones = [{"name": "上线", "start": "2026-03-02", "finish": "2026-03-20"}]

    root = page(
        {"进度": "draft_milestones.milestones"},
        {"draft_milestones": {"milestones": milestones}},
    )

    assert root.one("caption").text == "进度"
    assert [each.text for each in root.all("th")] == ["名称", "开始", "完成"]
    assert [each.text for each in root.all("td")] == [
        "上线",
        "2026年3月2日",
        "2026年3月20日",
    ]


def test_a_former_round_shows_who_and_when():
    nominations = [
        {
            "nominee": "chen",
            "reason": None,
            "completed_by": "zhao",
            "completed_at": "2026-03-02T01:00:00+00:00",
        }
    ]

    root = page(
        {"上一轮": "appoint_manager_previous"},
        {"appoint_manager_previous": nominations},
    )

    assert [each.text for each in root.all("th")] == [
        "人选",
        "理由",
        "办理人",
        "办理时间",
    ]
    assert [each.text for each in root.all("td")] == [
        "陈刚",
        "",
        "赵明",
        "2026年3月2日 09:00",
    ]


def test_money_yes_and_no_and_choices_are_written_for_people():
    negotiate = {"outcome": "agreed_paid", "amount": 1_100_000, "terms": None}

    root = page({"协商": "negotiate"}, {"negotiate": negotiate})

    assert "¥11,000.00" in root.text
    assert "agreed_paid" not in root.text
    english = page(
        {"Agreed": "agree_milestones.agreed"},
        {"agree_milestones": {"agreed": True}},
        "en",
    )
    assert english.one("dd").text == "Yes"


def test_documents_lead_to_their_file():
    plan = {"documentId": "17", "fileName": "计划.pdf", "sha256": "ab"}

    root = page({"计划": "draft_plan.plan_file"}, {"draft_plan": {"plan_file": plan}})

    link = root.one("a")
    assert (link.attributes["href"], link.text) == ("/documents/17", "计划.pdf")


def test_what_is_not_there_is_not_shown():
    assert page({"意见": "review_plan.comment"}, {}).text == ""
    assert page({"意见": "review_plan.comment"}, {"review_plan": None}).text == ""


def test_records_of_the_case_have_titles_too():
    contract = {"contract_no": "HT-26-031", "modules": ["GSP", "财务"]}

    root = page({"合同要点": "case.contract"}, {"case": {"contract": contract}})

    assert [each.text for each in root.all("dt")] == [
        "合同要点",
        "合同编号",
        "购买模块",
    ]
    assert [each.text for each in root.all("li")] == ["GSP", "财务"]
