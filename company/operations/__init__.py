"""What the company's diagrams can call; ``processes/README.md`` is the contract."""

from company import pm_record
from company.operations import (
    appointments,
    charges,
    contracts,
    data_imports,
    issues,
    projects,
    service,
    signatures,
    site,
    visits,
)
from engine.operations import Operations

_NOUNS = (
    contracts,
    appointments,
    projects,
    site,
    service,
    visits,
    signatures,
    issues,
    data_imports,
    charges,
)


def register(operations: Operations) -> None:
    """Offer everything in here to the diagrams."""
    for noun in _NOUNS:
        noun.register(operations)
    pm_record.register(operations)
