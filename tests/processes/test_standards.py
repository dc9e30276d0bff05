"""The two published standards: versions, and what they change for requests."""

from typing import Any

from tests.api.driver import JSON, Person
from tests.api.project_driver import Project, at, refused
from tests.processes.backgrounds import Begin

NEXT = "2026-09-01"


def put(person: Person, what: str, items: list[JSON], day: str) -> JSON:
    body = {"validFrom": day, "items": items}
    published: JSON = person.ask("PUT", f"/v2/{what}", json=body)
    return published


def newest(project: Project, what: str) -> JSON:
    found: JSON = project.company.lin.ask("GET", f"/v2/{what}")["items"][0]
    return found


def standard_amount(project: Project, **given: Any) -> int:
    """What the negotiation of a request out of scope begins with."""
    company = project.company
    request = project.ask_for_service(
        **{"category": "training", "title": "培训", "quantity": 2, **given}
    )
    project.for_request(
        company.lin, "UT_judge_scope", request, scope="out", basis="按标准"
    )
    key = request["processInstanceKey"]
    task = company.zhao.task("UT_negotiate", processInstanceKey=key)
    view = company.zhao.ask("GET", f"/v2/user-tasks/{task['userTaskKey']}/view")
    amount: int = view["defaults"]["amount"]
    return amount


def test_first_versions_say_what_the_tables_say(begin: Begin) -> None:
    """R4.1.1, R4.2.1: version 1 is published, and requests are priced by it."""
    project = begin("in service", "C-001")
    prices = newest(project, "price-lists")
    assert prices["version"] == 1
    (training,) = [p for p in prices["items"] if p["serviceType"] == "training"]

    assert standard_amount(project) == 2 * training["priceInPeriod"] == 240000


def test_new_price_list_holds_from_its_day(begin: Begin) -> None:
    """R4.2.1: prices, the minimum, and the row for all other services."""
    project = begin("in service", "C-001")
    company = project.company
    items = newest(project, "price-lists")["items"]
    for item in items:
        if item["serviceType"] == "training":
            item.update(priceInPeriod=70000, priceAfter=70000, minimum=200000)
        if item["serviceType"] == "other":
            item.update(priceInPeriod=110000, priceAfter=130000)

    published = put(company.sun, "price-lists", items, NEXT)

    assert published["version"] == 2
    assert standard_amount(project) == 240000
    company.set_clock(at(NEXT))
    assert standard_amount(project) == 200000
    assert standard_amount(project, quantity=3) == 210000
    assert standard_amount(project, category="hardware") == 220000


def test_running_negotiation_keeps_its_prices(begin: Begin) -> None:
    """R4.3.5.1: what began under a version is settled by it."""
    project = begin("in service", "C-001")
    company = project.company
    request = project.ask_for_service(category="training", title="培训")
    items = newest(project, "price-lists")["items"]
    for item in items:
        item.update(priceInPeriod=1, priceAfter=1)

    put(company.sun, "price-lists", items, "2026-05-01")

    values = {"scope": "out", "basis": "按标准"}
    project.for_request(company.lin, "UT_judge_scope", request, **values)
    key = request["processInstanceKey"]
    task = company.zhao.task("UT_negotiate", processInstanceKey=key)
    view = company.zhao.ask("GET", f"/v2/user-tasks/{task['userTaskKey']}/view")
    assert view["defaults"]["amount"] == 120000


def test_new_service_standard_changes_the_suggestion(begin: Begin) -> None:
    """R4.1.1, R4.3.1: what the standard covers is suggested as in scope."""
    project = begin("in service", "C-001")
    company = project.company
    given: dict[str, Any] = {"category": "training", "module": "财务"}
    assert project.ask_for_service(**given)["suggestedScope"] == "out"
    items = newest(project, "service-standards")["items"]
    for item in items:
        if item["category"] == "training":
            item.update(scope="in", notIfCausedByCustomer=True)

    put(company.hou, "service-standards", items, "2026-05-01")

    assert project.ask_for_service(**given)["suggestedScope"] == "in"
    caused: dict[str, Any] = {**given, "causedByCustomer": True}
    assert project.ask_for_service(**caused)["suggestedScope"] == "unclear"


def test_standards_are_published_by_their_owners(begin: Begin) -> None:
    """R4.2.1: prices are the sales director's, the scope the service management's."""
    project = begin("in service", "C-001")
    company = project.company
    for what, others in (
        ("price-lists", (company.lin, company.hou)),
        ("service-standards", (company.lin, company.sun)),
    ):
        items = newest(project, what)["items"]
        for person in others:
            assert refused(put, person, what, items, NEXT).status == 403
        assert refused(put, company.hp, what, items, NEXT).status == 403
        assert newest(project, what)["version"] == 1


def test_prices_outlive_a_restart(begin: Begin) -> None:
    """R4.2.1: starting the server again does not bring the first prices back."""
    project = begin("in service", "C-001")
    items = newest(project, "price-lists")["items"]
    for item in items:
        item.update(priceInPeriod=100, priceAfter=100)
    put(project.company.sun, "price-lists", items, "2026-05-01")

    project.house.restart()

    assert standard_amount(project) == 200
