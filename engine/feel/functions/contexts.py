"""Functions on contexts."""

from typing import Any

from engine.feel.functions.registry import builtin
from engine.feel.scope import Run
from engine.feel.values import lift


@builtin("get value", "m: context, key: string", "context: context, key: string")
def get_value(run: Run, context: dict[str, Any], key: str) -> Any:
    """Return the entry of that name."""
    del run
    return lift(context.get(key))


@builtin("get entries", "m: context", "context: context")
def get_entries(run: Run, context: dict[str, Any]) -> list[Any]:
    """Return a list of contexts with ``key`` and ``value``."""
    run.items(len(context) * 3)
    return [{"key": key, "value": value} for key, value in context.items()]


@builtin("context", "entries: list")
def make_context(run: Run, entries: list[Any]) -> dict[str, Any] | None:
    """Return the context that such a list describes; a key twice is null."""
    run.items(len(entries))
    result: dict[str, Any] = {}
    for entry in entries:
        if type(entry) is not dict or "value" not in entry:
            return None
        key = entry.get("key")
        if type(key) is not str or key in result:
            return None
        result[key] = entry["value"]
    return result


@builtin(
    "context put",
    "context: context, key: string, value: any",
    "context: context, keys: list, value: any",
)
def put(run: Run, context: dict[str, Any], key: Any, value: Any) -> Any:
    """Return the context with one entry set, at a name or along a path of names."""
    keys = key if type(key) is list else [key]
    if not keys or any(type(part) is not str for part in keys):
        return None
    run.spend(len(keys))
    return _put(run, context, keys, value)


def _put(run: Run, context: Any, keys: list[str], value: Any) -> Any:
    # The last first: the context around is only copied once what is inside is known.
    levels = [context]
    for key in keys[:-1]:
        levels.append(levels[-1].get(key))
        if type(levels[-1]) is not dict:
            return None
    for key, level in zip(reversed(keys), reversed(levels), strict=True):
        run.items(len(level) + 1)
        value = {**level, key: value}
    return value


@builtin("context merge", "contexts: list")
def merge(run: Run, contexts: list[Any]) -> dict[str, Any] | None:
    """Return one context; later entries win."""
    result: dict[str, Any] = {}
    for context in contexts:
        if type(context) is not dict:
            return None
        run.items(len(context))
        result.update(context)
    return result
