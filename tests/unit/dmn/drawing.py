"""Decision files drawn in a few words, as an editor would write them."""

from collections.abc import Sequence
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from engine.dmn import DecisionResult, Decisions, parse

NAMESPACE = "https://www.omg.org/spec/DMN/20230324/MODEL/"


def file(
    *elements: str, version: str = NAMESPACE, namespace: str = "urn:test"
) -> bytes:
    inner = "".join(elements)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><definitions xmlns="{version}"'
        f' id="defs" name="Test" namespace="{namespace}">{inner}</definitions>'
    ).encode()


def literal(text: str, kind: str = "") -> str:
    reference = f' typeRef="{kind}"' if kind else ""
    return (
        f"<literalExpression{reference}><text>{escape(text)}</text></literalExpression>"
    )


def input_data(name: str, kind: str = "") -> str:
    reference = f' typeRef="{kind}"' if kind else ""
    title = quoteattr(name)
    return (
        f'<inputData id="in_{name}" name={title}>'
        f"<variable name={title}{reference}/></inputData>"
    )


def decision(
    element_id: str,
    logic: str,
    *,
    inputs: Sequence[str] = (),
    needs: Sequence[str] = (),
    knows: Sequence[str] = (),
    kind: str = "",
) -> str:
    reference = f' typeRef="{kind}"' if kind else ""
    return (
        f'<decision id="{element_id}" name="{element_id}">'
        f'<variable name="{element_id}"{reference}/>'
        + "".join(_requirement("requiredInput", f"#in_{name}") for name in inputs)
        + "".join(_requirement("requiredDecision", _href(name)) for name in needs)
        + "".join(_knowledge(_href(name)) for name in knows)
        + f"{logic}</decision>"
    )


def _href(name: str) -> str:
    return name if "#" in name else f"#{name}"


def _requirement(kind: str, href: str) -> str:
    inner = f"<{kind} href={quoteattr(href)}/>"
    return f"<informationRequirement>{inner}</informationRequirement>"


def _knowledge(href: str) -> str:
    inner = f"<requiredKnowledge href={quoteattr(href)}/>"
    return f"<knowledgeRequirement>{inner}</knowledgeRequirement>"


def knowledge(
    element_id: str,
    parameters: Sequence[str],
    logic: str,
    *,
    kind: str = "FEEL",
    knows: Sequence[str] = (),
) -> str:
    formal = "".join(f'<formalParameter name="{name}"/>' for name in parameters)
    return (
        f'<businessKnowledgeModel id="{element_id}" name="{element_id}">'
        f'<variable name="{element_id}"/>'
        f'<encapsulatedLogic id="{element_id}_logic" kind="{kind}">{formal}{logic}'
        "</encapsulatedLogic>"
        + "".join(_knowledge(_href(name)) for name in knows)
        + "</businessKnowledgeModel>"
    )


def table(
    policy: str,
    inputs: Sequence[str],
    outputs: Sequence[str],
    *rules: Sequence[str],
    values: Sequence[str] = (),
    defaults: Sequence[str] = (),
    kinds: Sequence[str] = (),
    annotations: Sequence[str] = (),
) -> str:
    """Return a table; a rule is its input cells, output cells, annotations."""
    name, _, aggregation = policy.partition("/")
    extra = f' aggregation="{aggregation}"' if aggregation else ""
    columns = [
        f"<input><inputExpression><text>{escape(text)}</text></inputExpression></input>"
        for text in inputs
    ]
    for index, output in enumerate(outputs):
        kind = f' typeRef="{kinds[index]}"' if kinds else ""
        allowed = _texts("outputValues", values[index : index + 1])
        default = _texts("defaultOutputEntry", defaults[index : index + 1])
        columns.append(f'<output name="{output}"{kind}>{allowed}{default}</output>')
    columns += [f'<annotation name="{title}"/>' for title in annotations]
    rows = [
        _rule(n, rule, len(inputs), len(outputs)) for n, rule in enumerate(rules, 1)
    ]
    inner = "".join([*columns, *rows])
    return f'<decisionTable id="t" hitPolicy="{name}"{extra}>{inner}</decisionTable>'


def _rule(number: int, cells: Sequence[str], inputs: int, outputs: int) -> str:
    tests = _texts("inputEntry", cells[:inputs])
    results = _texts("outputEntry", cells[inputs : inputs + outputs])
    notes = _texts("annotationEntry", cells[inputs + outputs :])
    return f'<rule id="r{number}">{tests}{results}{notes}</rule>'


def _texts(kind: str, texts: Sequence[str]) -> str:
    return "".join(f"<{kind}><text>{escape(text)}</text></{kind}>" for text in texts)


def decide(xml: bytes, element_id: str, **values: Any) -> DecisionResult:
    return parse(xml).evaluate(element_id, values)


def read(*elements: str) -> Decisions:
    return parse(file(*elements), "test.dmn")
