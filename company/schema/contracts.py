"""Contracts and the plans that were made from them."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.schema import Base, next_key


class Contract(Base):
    """A signed sales contract.

    ``amount_fen`` is for the sales manager, the sales director and the service
    director alone (R1.1.2, R1.1.3): nothing that leaves `company` shows it to
    anybody else.
    """

    __tablename__ = "contract"

    key: Mapped[int] = mapped_column(primary_key=True, default=next_key)
    project_key: Mapped[int] = mapped_column(ForeignKey("project.key"), unique=True)
    contract_no: Mapped[str] = mapped_column(unique=True)
    signed_on: Mapped[date]
    amount_fen: Mapped[int]
    data_export_in_contract: Mapped[bool]
    data_export_promised: Mapped[bool]
    data_export_note: Mapped[str] = mapped_column(default="")
    free_service_months: Mapped[int | None]
    service_start_basis: Mapped[str]
    full_document_key: Mapped[int | None] = mapped_column(ForeignKey("document.key"))
    redacted_document_key: Mapped[int | None] = mapped_column(
        ForeignKey("document.key")
    )
    created_at: Mapped[datetime]


class ContractModule(Base):
    """A module that a contract covers."""

    __tablename__ = "contract_module"

    contract_key: Mapped[int] = mapped_column(
        ForeignKey("contract.key"), primary_key=True
    )
    module: Mapped[str] = mapped_column(
        ForeignKey("product_module.name"), primary_key=True
    )


class PlanVersion(Base):
    """A plan that the customer confirmed; the newest is the one in force.

    ``details`` holds start, finish and the reason of the version.
    """

    __tablename__ = "plan_version"
    __table_args__ = (UniqueConstraint("project_key", "version"),)

    key: Mapped[int] = mapped_column(primary_key=True, default=next_key)
    project_key: Mapped[int] = mapped_column(ForeignKey("project.key"))
    version: Mapped[int]
    phases: Mapped[list[Any]]
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    confirmed_at: Mapped[datetime]
