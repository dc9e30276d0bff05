"""What leaves the company while contracts are registered: names of things, no more."""

import base64
import json

from pydantic import SecretStr

from tests.api.driver import Company
from tests.api.outgoing.waiting import until
from tests.api.serving import House
from tests.unit.connectors.conversation import talking


def test_neither_amount_nor_contract_leaves_with_an_event(
    house: House, company: Company
) -> None:
    """R1.1.2: the full contract is for three people, whoever subscribes to events."""
    house.restart(outgoing=("127.0.0.0/8",), secret_keys=(SecretStr("seal-" * 10),))
    with talking((200, {})) as said:
        hook = {
            "name": "数据平台",
            "url": said.url,
            "events": ["*"],
            "secret": base64.b64encode(b"s" * 32).decode(),
        }
        company.admin.ask("POST", "/v2/webhooks", json=hook)
        case = company.open_project("C-001")
        case.register_contract()
        case.appoint()
        case.agree_schedule(company.chen)
        until(lambda: not company.admin.search("webhook-deliveries", state="PENDING"))
        told = company.admin.search("webhook-deliveries")

    sent = json.dumps([asked["body"] for asked in said.asked], ensure_ascii=False)
    kept = json.dumps(told, ensure_ascii=False)
    assert {"TaskCompleted", "InstanceStarted"} <= {each["event"] for each in told}
    assert case.project_no in sent
    for closed in ("16800000", "168000", "合同完整版", "HT-", "contract_no", "调研"):
        assert closed not in sent + kept, closed
