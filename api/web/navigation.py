"""What the menu offers to whom."""

from engine.authorization import Actor, Permission, permits

_WORK = (
    ("nav.mine", "/"),
    ("nav.claimable", "/claimable"),
    ("nav.done", "/done"),
    ("nav.started", "/started"),
    ("nav.notices", "/notices"),
    ("nav.projects", "/projects"),
)


def entries_for(actor: Actor | None) -> list[tuple[str, str]]:
    """Return the menu as text keys and addresses."""
    if actor is None:
        return []
    entries = list(_WORK)
    if permits(actor, Permission.READ_DEFINITIONS):
        entries.append(("nav.processes", "/processes"))
    if permits(actor, Permission.RESOLVE_INCIDENTS):
        entries.append(("nav.incidents", "/incidents"))
    return entries
