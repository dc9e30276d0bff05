"""Forms as they were deployed, and process data as somebody may see it."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine import cache
from engine.actors import Actor
from engine.errors import Problem, Text
from engine.forms.fields import Field, Kind, walk
from engine.forms.form import Form, FormMissingError, read_form
from engine.forms.lookups import Completion
from engine.forms.references import RowReferences
from engine.schema import Deployment, DeploymentResource, Resource

_SUFFIX = ".json"


def form_of(session: Session, deployment_key: int, name: str) -> Form:
    """Return a form of a deployment by its name without folder and suffix.

    Raises:
        FormMissingError: The deployment has no such form.
        FormBrokenError: The file cannot be used.
    """
    kept = cache.caches(session).forms
    form: Form | None = kept.get((deployment_key, name))
    if form is None:
        content = _content(session, deployment_key, name)
        if content is None:
            raise FormMissingError(name)
        form = read_form(name, content)
        kept.put((deployment_key, name), form)
    return form


def forms_of(session: Session, deployment_key: int) -> Mapping[str, Form]:
    """Return all forms of a deployment by name."""
    kept = cache.caches(session).texts
    found: Mapping[str, Form] | None = kept.get(("forms", deployment_key))
    if found is None:
        names = sorted(_names(session, deployment_key))
        found = {name: form_of(session, deployment_key, name) for name in names}
        kept.put(("forms", deployment_key), found)
    return found


def validate(
    session: Session,
    actor: Actor,
    form: Form,
    given: Mapping[str, Any],
    data: Mapping[str, Any],
    facts: Mapping[str, Any],
) -> dict[str, Any]:
    """Return the answers as they are stored; see `Form.validate`.

    Documents must be the actor's own or readable for him, people active.

    Raises:
        FormInvalidError: Names each wrong field by a JSON pointer.
    """
    return form.validate(
        given,
        data,
        facts,
        references=RowReferences(session, actor),
        now=cache.now(session),
    )


def misfits(
    session: Session, actor: Actor, form: Form, given: Mapping[str, Any]
) -> list[Problem]:
    """Return which documents and people the answers so far cannot refer to."""
    completion = Completion(form.shape, RowReferences(session, actor))
    completion.of(given)
    return completion.problems


def strip(
    data: Mapping[str, Any], forms: Mapping[str, Form], duties: Collection[str]
) -> dict[str, Any]:
    """Return process data without answers that are for other duties.

    The answers of ``UT_x`` stand under ``x``, those of a joint round under
    ``x_list`` and ``x_previous``.

    Args:
        data: Variables by name.
        forms: The forms by which the answers were given, by name (``UT_x``) or by
            the name under which their answers are stored.
        duties: What the reader is charged with.
    """
    guarded = {
        result_name(name) if name.startswith("UT_") else name: form
        for name, form in forms.items()
        if form.has_readers()
    }
    return {
        name: _stripped(name, value, guarded, duties) for name, value in data.items()
    }


def result_name(element_id: str) -> str:
    """Return the name under which the answers of a task are stored."""
    return element_id.removeprefix("UT_").lower()


def _stripped(
    name: str, value: Any, guarded: Mapping[str, Form], duties: Collection[str]
) -> Any:
    base = name.removesuffix("_list").removesuffix("_previous")
    form = guarded.get(name) or guarded.get(base)
    if form is None:
        return value
    if isinstance(value, list):
        return [_stripped(base, each, guarded, duties) for each in value]
    return form.visible(value, duties) if isinstance(value, Mapping) else value


def _content(session: Session, deployment_key: int, name: str) -> bytes | None:
    file = f"{name}{_SUFFIX}"
    found = (
        select(Resource.content)
        .join(DeploymentResource, DeploymentResource.digest == Resource.digest)
        .where(
            DeploymentResource.deployment_key == deployment_key,
            DeploymentResource.kind == "form",
            (DeploymentResource.name == file)
            | DeploymentResource.name.endswith(f"/{file}", autoescape=True),
        )
    )
    return session.scalar(found.limit(1))


def _names(session: Session, deployment_key: int) -> list[str]:
    rows = select(DeploymentResource.name).where(
        DeploymentResource.deployment_key == deployment_key,
        DeploymentResource.kind == "form",
    )
    return [
        name.rpartition("/")[2].removesuffix(_SUFFIX) for name in session.scalars(rows)
    ]


def labels(session: Session) -> Mapping[str, Field]:
    """Return what the newest forms say of names in process data.

    Keys are names of results (``draft_plan``: a record), paths (``draft_plan.phases``)
    and, for data that came from elsewhere under the same name, field names alone.
    """
    newest = select(func.max(Deployment.key)).group_by(Deployment.package)
    deployments = tuple(sorted(session.scalars(newest)))
    kept = cache.caches(session).texts
    found: Mapping[str, Field] | None = kept.get(("labels", deployments))
    if found is None:
        found = labels_of(
            form for key in deployments for form in forms_of(session, key).values()
        )
        kept.put(("labels", deployments), found)
    return found


def labels_of(forms: Iterable[Form]) -> Mapping[str, Field]:
    """Return the same of given forms."""
    by_path: dict[str, Field] = {}
    by_name: dict[str, Field] = {}
    for form in forms:
        result = result_name(form.name)
        by_path[result] = Field(
            name=result,
            kind=Kind.RECORD,
            title=form.title,
            help=Text("", ""),
            schema=form.schema,
            ui=form.ui,
            shape=form.shape,
        )
        for name, each in form.shape.every().items():
            by_path[f"{result}.{name}"] = each
        for each in walk(form.shape):
            by_name.setdefault(each.name, each)
    return {**by_name, **by_path}
