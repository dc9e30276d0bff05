"""Numbers that people say to each other: requests, requirements, visits."""

from sqlalchemy.orm import Mapped, mapped_column

from engine.schema import Base


class NumberSeries(Base):
    """The last number of a series; series without a year count on for ever."""

    __tablename__ = "number_series"

    series: Mapped[str] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    last: Mapped[int]
