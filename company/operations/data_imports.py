"""Bringing confirmed data into 康博ERP, or into the local importer (R3.1.6)."""

import base64
from collections.abc import Mapping, Sequence
from typing import Any

from company import import_check, import_files, receivables
from company.operations.calling import Parameters, project_of
from company.schema import DataImportRun
from engine import cache, documents, templates
from engine.connectors import Connector, ConnectorRefusedError
from engine.operations import (
    OperationContext,
    Operations,
    RemoteContext,
    RemoteResult,
)
from engine.rendering import specification
from engine.schema import Document, next_key

ERP = "erp"
TEMPLATE = "import_template"


def register(operations: Operations) -> None:
    """Offer what is in here."""
    operations.register(
        "erp.import_data",
        import_data,
        remote=True,
        parameters=("case", "tables", "files", "fee"),
        prepare=prepare,
        apply=apply,
    )


def prepare(context: OperationContext, given: Parameters) -> dict[str, Any]:
    """Return the files by content, and the template that they are judged by."""
    source = templates.document(context.session, context.deployment_key, TEMPLATE)
    return {
        "project_no": project_of(context).project_no,
        "tables": list(given["tables"]),
        "files": [_file(context, reference) for reference in given["files"]],
        "template": [source.name, source.digest] if source else None,
        "fee": int(given.get("fee") or 0),
    }


def import_data(context: RemoteContext, given: Parameters) -> RemoteResult:
    """Hand the files to the ERP where it is connected, else check them ourselves.

    Refused data is a result (``ok`` false), not an error: a person looks at it.

    Raises:
        ConnectorUnavailableError: The ERP does not answer; it is tried again.
    """
    connector = context.connectors.get(ERP)
    if connector is None:
        found = _locally(context, given)
    else:
        found = _by_erp(context, connector, given)
    return RemoteResult(
        value={name: found[name] for name in ("ok", "rows", "error")},
        details={
            "job_key": context.key,
            "tables": given["tables"],
            "files": [file["name"] for file in given["files"]],
            "fee": given["fee"],
            "problems": found["problems"],
            "summary": found["summary"],
        },
    )


def apply(context: OperationContext, result: RemoteResult) -> dict[str, Any]:
    """Write the run down; only one that succeeded is charged."""
    found, details = dict(result.value), result.details
    context.session.add(
        DataImportRun(
            key=next_key(),
            job_key=details["job_key"],
            project_key=project_of(context).key,
            tables=list(details["tables"]),
            files=list(details["files"]),
            ok=found["ok"],
            rows=found["rows"],
            fee_fen=details["fee"] if found["ok"] else 0,
            error=found["error"] or "",
            problems=list(details["problems"]),
            summary=list(details["summary"]),
            ran_at=cache.now(context.session),
        )
    )
    context.session.flush()
    if found["ok"]:
        project = project_of(context)
        number = project.project_no
        fee = details["fee"]
        receivables.charge(context.session, project, "data_export", number, fee)
    return found


def _file(context: OperationContext, reference: Any) -> dict[str, Any]:
    named = reference["documentId"] if isinstance(reference, Mapping) else reference
    document = context.session.get(Document, int(named))
    if document is None or document.scope_key != context.scope_key:
        raise documents.DocumentMissingError("import_data")
    return {
        "name": document.name,
        "media_type": document.media_type,
        "sha256": document.sha256,
    }


def _content(context: RemoteContext, file: Mapping[str, Any]) -> bytes:
    with context.documents.open(file["sha256"]) as stream:
        content: bytes = stream.read()
    return content


def _with_content(context: RemoteContext, given: Parameters) -> dict[str, Any]:
    files = [
        {**file, "content": base64.b64encode(_content(context, file)).decode()}
        for file in given["files"]
    ]
    return {
        "project_no": given["project_no"],
        "tables": given["tables"],
        "files": files,
    }


def _by_erp(
    context: RemoteContext, connector: Connector, given: Parameters
) -> dict[str, Any]:
    payload = _with_content(context, given)
    try:
        return _read(connector.call("import_data", payload, key=str(context.key)))
    except ConnectorRefusedError as error:
        return _read({"ok": False, "error": error.reason})


def _read(answer: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "ok": answer.get("ok") is True,
        "rows": int(answer.get("rows") or 0),
        "error": answer.get("error"),
        "problems": list(answer.get("problems") or ()),
        "summary": list(answer.get("summary") or ()),
    }


def _locally(context: RemoteContext, given: Parameters) -> dict[str, Any]:
    columns = _columns(context, given)
    problems: list[import_check.Problem] = []
    held: list[dict[str, Any]] = []
    counts = dict.fromkeys(given["tables"], 0)
    for file in given["files"]:
        try:
            tables = import_files.read(
                file["name"],
                file["media_type"],
                _content(context, file),
                given["tables"],
            )
        except import_files.UnreadableFileError:
            problems.append(_whole(file["name"], "文件无法读取"))
            continue
        for table in tables:
            counts[table.name] += sum(1 for _ in table)
            wanted = columns.get(table.name, ())
            found = import_check.check(table, wanted)
            held.append(import_check.summary(table, wanted, found))
            problems += found
    problems += [_whole(name, "没有数据") for name, rows in counts.items() if not rows]
    return {**_judged(sum(counts.values()), problems), "summary": held}


def _columns(
    context: RemoteContext, given: Parameters
) -> Mapping[str, Sequence[specification.Column]]:
    if given["template"] is None or context.resource is None:
        return {}
    name, digest = given["template"]
    source = templates.Source(name, digest, context.resource(digest).decode())
    return specification.read(source).columns


def _judged(rows: int, problems: list[import_check.Problem]) -> dict[str, Any]:
    if not problems:
        return {"ok": True, "rows": rows, "error": None, "problems": []}
    first = problems[0]
    place = f"{first['table']}第{first['row']}行“{first['column']}”:"
    if not first["row"]:
        place = f"{first['table']}{first['column']}:"
    error = f"共{len(problems)}个问题,首先是{place}{first['problem']}"
    return {"ok": False, "rows": 0, "error": error, "problems": problems}


def _whole(name: str, problem: str) -> import_check.Problem:
    return {"table": name, "row": 0, "column": "", "problem": problem}
