"""The sample company: invented people and customers to try everything with.

Only the six people whom the procedure names are real names of it; the rest is
invented. Served with ``fuwu serve --sample``, never otherwise.
"""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from company import customers
from company.customers import ContactDetails, CustomerDetails
from company.schema import Customer, ProductModule
from engine import duties, identity, passwords
from engine.actors import SYSTEM
from engine.identity import AccountDetails
from engine.schema import UserAccount

_STAFF_HOST = "kangbo.example"

STAFF = {
    "hou": "侯福龙",
    "wang": "王立民",
    "pan": "潘晓彤",
    "jin": "金忠权",
    "zhou": "周喜进",
    "yan": "闫传斌",
    "zhao": "赵明",
    "sun": "孙强",
    "chen": "陈刚",
    "li": "李娜",
    "liu": "刘洋",
    "lin": "林静",
    "ma": "马超",
    "xu": "徐丹",
    "gao": "高鹏",
}

MODULES = {
    "进销存": "Trade",
    "GSP": "GSP",
    "财务": "Finance",
    "生产": "Production",
    "POS": "POS",
    "连锁": "Chain stores",
}


@dataclass(frozen=True, slots=True)
class _Customer:
    number: str
    name: str
    category: str
    contact: str
    username: str


CUSTOMERS = (
    _Customer("C-001", "大连海鹏制药有限公司", "A", "王主任", "hp"),
    _Customer("C-002", "沈阳恒泰机电设备有限公司", "B", "刘科长", "ht"),
    _Customer("C-003", "营口金帆食品有限公司", "C", "孙经理", "jf"),
    _Customer("C-004", "丹东华美医药连锁有限公司", "A", "于部长", "hm"),
)


def install(session: Session, password: str) -> None:
    """Add the sample people, modules and customers that are not there yet.

    Every sample account has ``password``, also when an earlier start used another.
    """
    for name, title in MODULES.items():
        if session.get(ProductModule, name) is None:
            session.add(ProductModule(name=name, name_en=title))
    for username, person in STAFF.items():
        email = f"{username}@{_STAFF_HOST}"
        details = AccountDetails(display_name=person, email=email)
        _add_account(session, username, details)
    for each in CUSTOMERS:
        _add_customer(session, each)
    _set_passwords(session, password)


def usernames() -> tuple[str, ...]:
    """Return the names of all sample accounts."""
    return (*STAFF, *(each.username for each in CUSTOMERS))


def _add_account(session: Session, username: str, details: AccountDetails) -> None:
    if session.get(UserAccount, username) is None:
        identity.create(session, SYSTEM, username, details)


def _add_customer(session: Session, sample: _Customer) -> None:
    email = f"{sample.username}@customer.example"
    account = AccountDetails(display_name=sample.contact, kind="customer", email=email)
    _add_account(session, sample.username, account)
    known = select(Customer.key).where(Customer.number == sample.number)
    if session.scalar(known) is None:
        contact = ContactDetails(
            name=sample.contact, email=email, username=sample.username
        )
        details = CustomerDetails(
            number=sample.number,
            name=sample.name,
            category=sample.category,
            contacts=(contact,),
        )
        customers.create(session, SYSTEM, details)


def _set_passwords(session: Session, password: str) -> None:
    """Hash once for all: they share the password anyway, and a hash takes 0.1 s."""
    names = usernames()
    rows = list(
        session.scalars(select(UserAccount).where(UserAccount.username.in_(names)))
    )
    stored = {row.password_hash for row in rows}
    if len(stored) == 1 and passwords.matches(stored.pop(), password):
        return
    hashed = passwords.hashed(password, session.info["settings"])
    for row in rows:
        row.password_hash = hashed
    session.flush()
    duties.people_changed(session)
