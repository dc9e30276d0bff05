"""How large an answer may be where its form does not say; pure.

Whatever a form accepts has to fit the columns, papers and pages that it ends up in.
"""

from typing import Any

LARGEST_INTEGER = 10**15
"""Ten trillion yuan in fen: what a double still holds exactly."""
LONGEST_TEXT = 20_000
"""Characters; some ten printed pages."""
LONGEST_LIST = 1_000

_BOUNDS: dict[str, dict[str, int]] = {
    "integer": {"minimum": -LARGEST_INTEGER, "maximum": LARGEST_INTEGER},
    "string": {"maxLength": LONGEST_TEXT},
    "array": {"maxItems": LONGEST_LIST},
}


def bounded(schema: Any) -> Any:
    """Return a JSON Schema with a bound wherever it has none itself."""
    if isinstance(schema, list):
        return [bounded(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    inner = {name: bounded(each) for name, each in schema.items()}
    kind = schema.get("type")
    return {**_BOUNDS.get(kind, {}), **inner} if isinstance(kind, str) else inner
