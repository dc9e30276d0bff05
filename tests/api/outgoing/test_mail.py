"""Mail of notices: out by SMTP where that is set up, else the pages show it."""

from pathlib import Path

from pydantic import SecretStr

from engine.settings import SmtpSettings
from tests.api.driver import Company
from tests.api.outgoing.test_robots import tell
from tests.api.outgoing.waiting import until
from tests.api.serving import House
from tests.unit.connectors.mail_server import PASSWORD, USER, receiving


def test_notice_is_mailed_and_the_proof_stands_with_it(
    house: House, company: Company, tmp_path: Path
) -> None:
    company.admin.ask("PATCH", "/v2/users/hou", json={"email": "hou@kb.test"})
    with receiving(tmp_path, "implicit") as post:
        smtp = SmtpSettings(
            url=f"smtps://{USER}@127.0.0.1:{post.port}",
            password=SecretStr(PASSWORD),
            sender="fuwu@kb.test",
            ca_file=post.ca_file,
        )
        house.restart(smtp=smtp)
        tell(house, "hou")
        (letter,) = until(lambda: post.letters)
        mailed = until(
            lambda: [n for n in company.hou.notices() if "mail" in n["proof"]]
        )

    assert letter["To"] == "hou@kb.test"
    assert letter["Message-ID"] in mailed[0]["proof"]
    assert letter["Message-ID"] == f"<{mailed[0]['notificationKey']}@kb.test>"


def test_without_a_mail_server_the_outbox_is_read_on_the_pages(
    house: House, company: Company
) -> None:
    company.admin.ask("PATCH", "/v2/users/hou", json={"email": "hou@kb.test"})

    tell(house, "hou")

    (notice,) = company.hou.notices()
    assert notice["proof"] == "outbox"
    body = {"username": "hou", "password": company.hou.password}
    house.client.post("/v2/authentication/session", json=body)
    page = house.client.get("/notices", headers={"Accept": "text/html"})
    assert notice["title"] in page.text
