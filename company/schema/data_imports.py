"""Runs of the data import, whether they succeeded or not."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from engine.schema import Base, next_key


class DataImportRun(Base):
    """One attempt to bring confirmed data into the ERP (R3.1.6).

    ``problems`` are those that the importer found, row by row; ``summary`` tells
    for each table its rows, its problems and the control totals of its numbers.
    """

    __tablename__ = "data_import_run"

    key: Mapped[int] = mapped_column(primary_key=True, default=next_key)
    job_key: Mapped[int] = mapped_column(unique=True)
    project_key: Mapped[int] = mapped_column(ForeignKey("project.key"), index=True)
    tables: Mapped[list[str]]
    files: Mapped[list[str]]
    ok: Mapped[bool]
    rows: Mapped[int]
    fee_fen: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(default="")
    problems: Mapped[list[Any]] = mapped_column(default=list)
    summary: Mapped[list[Any]] = mapped_column(default=list)
    ran_at: Mapped[datetime]
