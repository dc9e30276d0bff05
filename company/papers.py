"""What papers say of a project beyond the process that has them rendered."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy.orm import Session

from company import requirements
from company.schema import Requirement

_RESULTS = {
    None: "处理中",
    "screened": "已屏蔽",
    "solved": "系统内已解决",
    "not_developed": "不开发",
    "withdrawn": "客户撤回",
    "closed_no_dev": "按方案办结",
    "delivered": "已交付",
    "canceled": "已取消",
}


def data(session: Session, scope_key: int | None, kind: str) -> dict[str, Any]:
    """Return what a kind of paper is given besides its own data."""
    find = _KNOWN.get(kind)
    return {} if find is None or scope_key is None else find(session, scope_key)


def _issue_list(session: Session, project_key: int) -> dict[str, Any]:
    """The list names all requirements of the project, each with its state (R3.2.6)."""
    rows = reversed(requirements.of_project(session, project_key))
    return {"requirements": [_requirement(row) for row in rows]}


def _requirement(row: Requirement) -> dict[str, Any]:
    return {
        **requirements.as_data(row),
        "issue_key": row.issue_key or "",
        "state": _RESULTS.get(row.result, row.result),
    }


_KNOWN: Mapping[str, Callable[[Session, int], dict[str, Any]]] = {
    "issue_list": _issue_list,
}
