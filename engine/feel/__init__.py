"""FEEL, the only expression language of the engine; pure.

Conditions, scripts, mappings, timers and decision tables are FEEL. Expressions see
dicts, lists and scalars and nothing of Python; what they may take is bounded in
``engine.feel.budget``.
"""

from engine.feel.durations import YearMonthDuration
from engine.feel.errors import (
    FeelError,
    FeelHostError,
    FeelLimitError,
    FeelSyntaxError,
)
from engine.feel.expression import (
    Expression,
    UnaryTests,
    compile_expression,
    compile_unary_tests,
)
from engine.feel.ranges import Range
from engine.feel.script import Script, compile_script
from engine.feel.temporal.literals import parse_date, parse_date_time, parse_duration
from engine.feel.temporal.texts import spell_temporal
from engine.feel.values import plain

__all__ = [
    "Expression",
    "FeelError",
    "FeelHostError",
    "FeelLimitError",
    "FeelSyntaxError",
    "Range",
    "Script",
    "UnaryTests",
    "YearMonthDuration",
    "compile_expression",
    "compile_script",
    "compile_unary_tests",
    "parse_date",
    "parse_date_time",
    "parse_duration",
    "plain",
    "spell_temporal",
]
