"""Dates and amounts as business papers write them, in Chinese and in English; pure."""

from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_GROUPS = ("", "万", "亿", "万亿")
_GROUP = 10_000
_LARGEST = _GROUP ** len(_GROUPS)
_FEN = 100
_ZONE = ZoneInfo("Asia/Shanghai")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)

Moment = date | datetime | str


def chinese_date(value: Moment) -> str:
    """Return ``2026年3月2日``; a moment counts as the day that it is in Shanghai."""
    day = _day(value)
    return f"{day.year}年{day.month}月{day.day}日"


def english_date(value: Moment) -> str:
    """Return ``2 March 2026``."""
    day = _day(value)
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def chinese_time(value: datetime | str) -> str:
    """Return ``2026年3月2日 09:05``: Shanghai time, as a moment without zone is."""
    moment = _moment(value)
    return f"{chinese_date(moment)} {moment:%H:%M}"


def english_time(value: datetime | str) -> str:
    """Return ``2 March 2026, 09:05``, in Shanghai time."""
    moment = _moment(value)
    return f"{english_date(moment)}, {moment:%H:%M}"


def yuan(fen: int | Decimal) -> str:
    """Return an amount with its decimals: 16800050 is ``168,000.50``."""
    return f"{Decimal(fen) / _FEN:,.2f}"


def capital_yuan(fen: int | Decimal) -> str:
    """Return an amount in the characters that nobody can alter afterwards.

    16800000 is ``壹拾陆万捌仟元整``, 1005 is ``壹拾元零伍分``.

    Raises:
        ValueError: It has fractions of a fen or exceeds 10¹⁶ yuan.
    """
    total = int(fen)
    if total != fen or abs(total) >= _LARGEST * _FEN:
        raise ValueError(f"{fen} is no amount in fen")
    whole, cents = divmod(abs(total), _FEN)
    sign = "负" if total < 0 else ""
    if not whole and not cents:
        return "零元整"
    integer = f"{_capital_integer(whole)}元" if whole else ""
    return sign + integer + _capital_cents(cents, after_yuan=bool(whole))


def _capital_integer(number: int) -> str:
    text, gap = "", False
    for index in reversed(range(len(_GROUPS))):
        group = number // _GROUP**index % _GROUP
        if not group:
            gap = bool(text)
            continue
        # A zero stands for any run of zeros between two digits that are written.
        zero = "零" if text and (gap or group < _GROUP // 10) else ""
        text += zero + _capital_group(group) + _GROUPS[index]
        gap = False
    return text


def _capital_group(group: int) -> str:
    text, gap = "", False
    for place in reversed(range(len(_PLACES))):
        digit = group // 10**place % 10
        if not digit:
            gap = bool(text)
            continue
        text += ("零" if gap else "") + _DIGITS[digit] + _PLACES[place]
        gap = False
    return text


def _capital_cents(cents: int, *, after_yuan: bool) -> str:
    if not cents:
        return "整"
    tens, ones = divmod(cents, 10)
    jiao = f"{_DIGITS[tens]}角" if tens else "零" if after_yuan else ""
    return jiao + (f"{_DIGITS[ones]}分" if ones else "整")


def _day(value: Moment) -> date:
    if isinstance(value, str) and len(value) == len("2026-03-02"):
        return date.fromisoformat(value)
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    return _moment(value).date()


def _moment(value: datetime | str) -> datetime:
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment.astimezone(_ZONE) if moment.tzinfo else moment
