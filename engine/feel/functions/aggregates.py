"""Functions that make one value of a list."""

from collections.abc import Callable
from decimal import Decimal
from functools import reduce
from typing import Any, Final, TypeAlias

from engine.feel.comparison import compare, order_key
from engine.feel.functions.registry import builtin
from engine.feel.numbers import NUMBERS, ZERO
from engine.feel.scope import Run
from engine.feel.values import lift

Aggregate: TypeAlias = Callable[[Run, list[Any]], Any]
_ONE: Final = Decimal(1)
_TWO: Final = Decimal(2)


def _numbers(run: Run, values: list[Any]) -> list[Decimal] | None:
    run.spend(len(values))
    numbers = [lift(value) for value in values]
    return numbers if all(type(number) is Decimal for number in numbers) else None


def _sum(numbers: list[Decimal]) -> Decimal:
    return reduce(NUMBERS.add, numbers, ZERO)


def _mean(numbers: list[Decimal]) -> Decimal:
    return NUMBERS.divide(_sum(numbers), Decimal(len(numbers)))


def _product(numbers: list[Decimal]) -> Decimal:
    return reduce(NUMBERS.multiply, numbers, _ONE)


def _median(numbers: list[Decimal]) -> Decimal:
    ordered = sorted(numbers)
    middle = len(ordered) // 2
    if len(ordered) % 2:
        return ordered[middle]
    return NUMBERS.divide(NUMBERS.add(ordered[middle - 1], ordered[middle]), _TWO)


def _stddev(numbers: list[Decimal]) -> Decimal | None:
    if len(numbers) == 1:
        return None
    mean = _mean(numbers)
    squares = [NUMBERS.power(NUMBERS.subtract(n, mean), _TWO) for n in numbers]
    return NUMBERS.sqrt(NUMBERS.divide(_sum(squares), Decimal(len(numbers) - 1)))


def _of_numbers(
    calculation: Callable[[list[Decimal]], Decimal | None],
) -> Aggregate:
    def calculated(run: Run, values: list[Any]) -> Decimal | None:
        numbers = _numbers(run, values)
        return calculation(numbers) if numbers else None

    return calculated


def _mode(run: Run, values: list[Any]) -> list[Decimal] | None:
    """Return the most frequent numbers, ascending."""
    numbers = _numbers(run, values)
    if numbers is None:
        return None
    counts: dict[Decimal, int] = {}
    for number in numbers:
        counts[number] = counts.get(number, 0) + 1
    most = max(counts.values(), default=0)
    return sorted(number for number, count in counts.items() if count == most)


def _count(run: Run, values: list[Any]) -> Decimal:
    """Return how many items a list has."""
    del run
    return Decimal(len(values))


def _extreme(operator: str) -> Callable[..., Any]:
    def extreme(run: Run, values: list[Any]) -> Any:
        run.spend(len(values))
        best = lift(values[0]) if values else None
        if order_key(best, run) is None:
            return None
        for value in values[1:]:
            better = compare(operator, value, best, run)
            if better is None:
                return None
            best = lift(value) if better else best
        return best

    return extreme


def _combine(*, decisive: bool) -> Callable[..., bool | None]:
    def combined(run: Run, values: list[Any]) -> bool | None:
        run.spend(len(values))
        if any(value is decisive for value in values):
            odd = any(type(value) not in {bool, type(None)} for value in values)
            return None if odd else decisive
        return not decisive if all(type(value) is bool for value in values) else None

    return combined


def _register(name: str, aggregate: Aggregate) -> None:
    """Offer an aggregate for one list and for several values."""

    def of_values(run: Run, first: Any, second: Any, rest: list[Any]) -> Any:
        return aggregate(run, [first, second, *rest])

    builtin(name, "list: list")(aggregate)
    builtin(name, "first: any, second: any, n: any...")(of_values)


for _name, _aggregate in {
    "sum": _of_numbers(_sum),
    "mean": _of_numbers(_mean),
    "product": _of_numbers(_product),
    "median": _of_numbers(_median),
    "stddev": _of_numbers(_stddev),
    "mode": _mode,
    "count": _count,
    "min": _extreme("<"),
    "max": _extreme(">"),
    "all": _combine(decisive=False),
    "any": _combine(decisive=True),
}.items():
    _register(_name, _aggregate)
