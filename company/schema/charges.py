"""What customers are charged: what was quoted, how it was negotiated, what they owe."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.schema import Base, next_key


class Quotation(Base):
    """An offer to a customer; negotiated again, it gets its next version.

    ``kind`` is request, requirement, data_export or renewal, ``subject_no`` the
    number of what is charged. ``state`` is accepted, free, declined or superseded.
    """

    __tablename__ = "quotation"
    __table_args__ = (
        UniqueConstraint("quotation_no", "version"),
        Index(None, "kind", "subject_no"),
        Index(None, "project_key", "made_at"),
    )

    key: Mapped[int] = mapped_column(primary_key=True, default=next_key)
    quotation_no: Mapped[str]
    version: Mapped[int]
    project_key: Mapped[int] = mapped_column(ForeignKey("project.key"))
    kind: Mapped[str]
    subject_no: Mapped[str]
    title: Mapped[str]
    service_type: Mapped[str]
    quantity: Mapped[float]
    standard_fen: Mapped[int]
    amount_fen: Mapped[int]
    state: Mapped[str]
    made_at: Mapped[datetime]


class Negotiation(Base):
    """One talk about a charge and what it led to.

    ``outcome`` is agreed_free, agreed_paid or declined; ``decided_by`` names the
    role that settled it: sales_manager, special_plan or special_case_decider.
    """

    __tablename__ = "negotiation"

    key: Mapped[int] = mapped_column(primary_key=True, default=next_key)
    quotation_key: Mapped[int] = mapped_column(ForeignKey("quotation.key"), unique=True)
    outcome: Mapped[str]
    customer_person: Mapped[str] = mapped_column(default="")
    terms: Mapped[str] = mapped_column(default="")
    reason: Mapped[str] = mapped_column(default="")
    decided_by: Mapped[str]
    instance_key: Mapped[int | None]
    negotiated_at: Mapped[datetime]


class Receivable(Base):
    """What a customer owes; ``state`` is open or paid. One for each thing charged."""

    __tablename__ = "receivable"
    __table_args__ = (
        UniqueConstraint("kind", "subject_no"),
        Index(None, "state", "raised_at"),
    )

    key: Mapped[int] = mapped_column(primary_key=True, default=next_key)
    receivable_no: Mapped[str] = mapped_column(unique=True)
    project_key: Mapped[int] = mapped_column(ForeignKey("project.key"), index=True)
    quotation_key: Mapped[int | None] = mapped_column(ForeignKey("quotation.key"))
    kind: Mapped[str]
    subject_no: Mapped[str]
    amount_fen: Mapped[int]
    state: Mapped[str] = mapped_column(default="open")
    raised_at: Mapped[datetime]
    paid_on: Mapped[date | None]
    note: Mapped[str] = mapped_column(default="")
    recorded_by: Mapped[str | None]
