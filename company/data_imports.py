"""What was imported into the ERP."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from company.schema import DataImportRun
from engine.errors import NotFoundError


class DataImportNotFoundError(NotFoundError):
    """The project has no such attempt."""

    code = "data-import-not-found"

    def __init__(self) -> None:
        super().__init__("There is no such data import", "没有该次数据导入")


def of_project(session: Session, project_key: int) -> Sequence[DataImportRun]:
    """Return the attempts of a project, the newest first."""
    return session.scalars(
        select(DataImportRun)
        .where(DataImportRun.project_key == project_key)
        .order_by(DataImportRun.key.desc())
    ).all()


def one(session: Session, project_key: int, key: int) -> DataImportRun:
    """Return an attempt of a project.

    Raises:
        DataImportNotFoundError: There is none.
    """
    run = session.get(DataImportRun, key)
    if run is None or run.project_key != project_key:
        raise DataImportNotFoundError
    return run
