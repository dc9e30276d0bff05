"""What was deployed: packages, versions of processes and decisions, their models."""

from engine.definitions.bundles import deploy_bundled
from engine.definitions.decisions import (
    DecisionEvaluated,
    Taken,
    decision,
    evaluate,
    kept,
    search_decisions,
)
from engine.definitions.deploying import (
    REVISION,
    DeploymentResult,
    FindingsError,
    deploy,
)
from engine.definitions.listing import search
from engine.definitions.models import (
    Composition,
    DefinitionNotFoundError,
    Place,
    compiled,
    composed,
    decision_of,
    decision_source,
    element,
    elements,
    files_of,
    get,
    latest,
    latest_decision,
    members_of,
    model_of,
    pin,
    pinned,
    place,
    place_in,
    source,
)
from engine.definitions.package import Package, read, read_folder
from engine.definitions.rows import ANYBODY
from engine.definitions.start_timers import first_due, next_due

__all__ = [
    "ANYBODY",
    "REVISION",
    "Composition",
    "DecisionEvaluated",
    "DefinitionNotFoundError",
    "DeploymentResult",
    "FindingsError",
    "Package",
    "Place",
    "Taken",
    "compiled",
    "composed",
    "decision",
    "decision_of",
    "decision_source",
    "deploy",
    "deploy_bundled",
    "element",
    "elements",
    "evaluate",
    "files_of",
    "first_due",
    "get",
    "kept",
    "latest",
    "latest_decision",
    "members_of",
    "model_of",
    "next_due",
    "pin",
    "pinned",
    "place",
    "place_in",
    "read",
    "read_folder",
    "search",
    "search_decisions",
    "source",
]
