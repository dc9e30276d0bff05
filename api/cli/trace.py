"""``fuwu trace``: every rule, what carries it, and what proves it."""

import argparse

from api.cli import options
from company import procedure
from company.procedure import Traced


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    parser = commands.add_parser("trace", help="print rule, clause, elements, tests")
    parser.add_argument("--section", help="only rules whose id begins so, as R1.")
    parser.add_argument(
        "--proven",
        action="store_true",
        help="also find fault with rules that the last test run does not prove",
    )
    options.add_json(parser)
    parser.set_defaults(run=run)


def run(chosen: argparse.Namespace) -> int:
    """Print the matrix; 1 where a rule lacks an element, or a proof if one is asked."""
    found = [
        each
        for each in procedure.trace()
        if each.rule.id.startswith(chosen.section or "R")
    ]
    value = {"rules": [as_json(each) for each in found]}
    options.show(chosen, value, [*map(_line, found), _summary(found)])
    unproven = chosen.proven and any(not each.is_proven for each in found)
    return 1 if unproven or any(each.missing for each in found) else 0


def as_json(each: Traced) -> dict[str, object]:
    """Return a rule as the API sends it."""
    return {
        "id": each.rule.id,
        "clause": each.rule.clause,
        "text": each.rule.text.zh,
        "textEn": each.rule.text.en,
        "elements": list(each.elements),
        "tests": [
            {"id": p.test, "result": p.result, "elements": list(p.elements)}
            for p in each.proofs
        ],
        "unproven": list(each.unproven),
    }


def _line(each: Traced) -> str:
    proven = sum(p.result == "passed" for p in each.proofs)
    tests = f"{proven}/{len(each.proofs)} tests" if each.proofs else "no test result"
    lacking = f"  unproven: {', '.join(each.unproven)}" if each.unproven else ""
    return (
        f"{each.rule.id:<9} {each.rule.clause:<6} {', '.join(each.elements)}"
        f"  [{tests}]  {each.rule.text.zh}{lacking}"
    )


def _summary(found: list[Traced]) -> str:
    proven = sum(each.is_proven for each in found)
    return f"{len(found)} rules, {proven} proven by the last test run"
