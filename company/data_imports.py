"""What was imported into the ERP."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from company.schema import DataImportRun


def of_project(session: Session, project_key: int) -> Sequence[DataImportRun]:
    """Return the attempts of a project, the newest first."""
    return session.scalars(
        select(DataImportRun)
        .where(DataImportRun.project_key == project_key)
        .order_by(DataImportRun.key.desc())
    ).all()
