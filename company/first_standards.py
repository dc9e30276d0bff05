"""Version 1 of both standards: sample policy, the same as the bundled tables say."""

from datetime import date

from sqlalchemy.orm import Session

from company import standards
from company.schema import PriceList, ServiceStandard
from company.standards import Edition

_PUBLISHED = date(2010, 5, 26)
_PRICES = (
    # service type, title, unit, fen in a period, fen after it
    ("data_export", "数据导出", "表", 80000, 80000),
    ("development", "需求开发", "人天", 150000, 150000),
    ("onsite", "登门服务", "人天", 100000, 150000),
    ("training", "培训", "人天", 120000, 120000),
    ("remote", "远程服务", "次", 30000, 50000),
    ("other", "其他服务", "人天", 100000, 100000),
)
_SCOPE = (
    # category, title, scope, not where the customer caused it
    ("defect", "合同模块的缺陷", "in", True),
    ("usage", "使用问题", "in", False),
    ("consult", "咨询", "in", False),
    ("upgrade", "升级", "in", False),
    ("new_feature", "新需求", "out", False),
    ("onsite", "登门服务", "out", False),
    ("training", "培训", "out", False),
    ("data_export", "数据导出", "out", False),
    ("hardware", "硬件", "out", False),
)


def install(session: Session) -> None:
    """Store version 1 of both standards where there is none."""
    prices = [
        {
            "serviceType": kind,
            "title": title,
            "unit": unit,
            "priceInPeriod": inside,
            "priceAfter": after,
            "minimum": 0,
            "taxPercent": 0,
            "remark": "",
        }
        for kind, title, unit, inside, after in _PRICES
    ]
    scope = [
        {
            "category": category,
            "title": title,
            "scope": scope,
            "notIfCausedByCustomer": strict,
            "channel": "",
            "responseClass": "",
            "remark": "",
        }
        for category, title, scope, strict in _SCOPE
    ]
    standards.seed(session, PriceList, Edition(valid_from=_PUBLISHED, items=prices))
    standards.seed(
        session, ServiceStandard, Edition(valid_from=_PUBLISHED, items=scope)
    )
