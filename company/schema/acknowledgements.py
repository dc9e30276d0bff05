"""Who has read the procedure."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from engine.schema import Base


class Acknowledgement(Base):
    """Somebody has studied a version of the procedure (R0.3)."""

    __tablename__ = "acknowledgement"

    procedure_version: Mapped[str] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(
        ForeignKey("user_account.username"), primary_key=True
    )
    acknowledged_at: Mapped[datetime]
