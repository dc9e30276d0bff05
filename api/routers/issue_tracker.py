"""What the issue tracker tells by itself: JIRA's webhook."""

import json
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Request

from api.access import Open, grant
from api.dependencies import CommandRoute, OpenTransaction, Visitor
from company import issue_following

router = APIRouter(prefix="/v2", tags=["issue-tracker"], route_class=CommandRoute)

grant(Open.SIGNED, "POST /v2/issue-tracker/events")


async def _content(request: Request) -> bytes:
    return await request.body()


@router.post(
    "/issue-tracker/events", status_code=204, operation_id="receive_issue_event"
)
def receive_issue_event(
    visitor: Visitor,
    session: OpenTransaction,
    content: Annotated[bytes, Depends(_content)],
    x_hub_signature: Annotated[str, Header(max_length=200)] = "",
) -> None:
    """Take what JIRA tells of an issue, signed in ``X-Hub-Signature``."""
    del visitor
    issue_following.hear(session, content, x_hub_signature, _event(content))


def _event(content: bytes) -> dict[str, Any]:
    try:
        event = json.loads(content)
    except ValueError:
        return {}
    return event if isinstance(event, dict) else {}
