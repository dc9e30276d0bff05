"""Customers, their contacts, and the catalogue of modules they buy."""

from datetime import date, datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from engine.schema import Base, next_key


class Customer(Base):
    """A company that buys from us; ``category`` A, B or C sets the visit cycle."""

    __tablename__ = "customer"

    key: Mapped[int] = mapped_column(primary_key=True, default=next_key)
    number: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    category: Mapped[str] = mapped_column(default="C")
    address: Mapped[str] = mapped_column(default="")
    agent: Mapped[str | None] = mapped_column(ForeignKey("user_account.username"))
    last_visit: Mapped[date | None]
    revision: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]


class CustomerContact(Base):
    """A person at a customer; ``username`` is set when he can sign in."""

    __tablename__ = "customer_contact"

    key: Mapped[int] = mapped_column(primary_key=True, default=next_key)
    customer_key: Mapped[int] = mapped_column(ForeignKey("customer.key"), index=True)
    name: Mapped[str]
    phone: Mapped[str] = mapped_column(default="")
    email: Mapped[str] = mapped_column(default="")
    username: Mapped[str | None] = mapped_column(
        ForeignKey("user_account.username"), index=True
    )


class ProductModule(Base):
    """A module of our product that a contract can name."""

    __tablename__ = "product_module"

    name: Mapped[str] = mapped_column(primary_key=True)
    name_en: Mapped[str]
