"""The two published standards, version by version."""

from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from engine.schema import Base


class PriceList(Base):
    """A version of 《客户服务工作收费标准》 (R4.2.1).

    ``applied_at`` says when its decision table was put in force.
    """

    __tablename__ = "price_list"

    version: Mapped[int] = mapped_column(primary_key=True)
    valid_from: Mapped[date]
    items: Mapped[list[Any]]
    applies_at: Mapped[datetime]
    applied_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    created_by: Mapped[str]


class ServiceStandard(Base):
    """A version of 《标准客户服务标准》 (R4.1.1), as `PriceList`."""

    __tablename__ = "service_standard"

    version: Mapped[int] = mapped_column(primary_key=True)
    valid_from: Mapped[date]
    items: Mapped[list[Any]]
    applies_at: Mapped[datetime]
    applied_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    created_by: Mapped[str]
