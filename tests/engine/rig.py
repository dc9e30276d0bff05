"""A database with a few people and one project, for tests of single modules."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime

from engine import cache, scopes
from engine.actors import SYSTEM, Actor, ActorKind
from engine.clock import system_now
from engine.database import Database
from engine.documents import FolderStore
from engine.operations import OperationContext, Operations
from engine.schema import (
    Base,
    Deployment,
    DeploymentResource,
    DutyConfiguration,
    ProcessDefinition,
    ProcessInstance,
    ProcessModel,
    Resource,
    ScopeMember,
    UserAccount,
)
from engine.settings import Settings

NINE = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # 09:00 in Dalian
INSTANCE = 77
STAFF = ("zhao", "sun", "hou", "wang", "chen", "lin")
CUSTOMERS = ("hp", "ht")
DUTIES = {
    "positions": {"sales_director": ["sun"], "service_director": ["hou"]},
    "duties": {
        "sales_manager": {"title": "销售经理", "members": ["project.sales_manager"]},
        "implementation_manager": {"title": "实施经理", "members": ["project.manager"]},
        "customer_contact": {"title": "客户代表", "members": ["customer.contact"]},
        "sales_director": {"title": "销售部负责人", "members": ["sales_director"]},
        "service_director": {"title": "服务负责人", "members": ["service_director"]},
    },
    "access": {
        "contract_full": ["sales_manager", "sales_director", "service_director"]
    },
}


def settings(folder, **values):
    """Return settings for a SQLite file in ``folder``."""
    return Settings(
        **{
            "data": folder,
            "database_url": f"sqlite:///{folder}/fuwu.db",
            "session_secret": "x" * 32,
            **values,
        }
    )


def open_database(folder, *, url=None, **values):
    """Return an empty database with everything that commands expect beside it."""
    given = settings(folder, **({"database_url": url} if url else {}), **values)
    database = Database(given.database_url)
    Base.metadata.create_all(database.engine)
    database.info.update(
        caches=cache.Caches(),
        settings=given,
        operations=Operations(),
        documents=FolderStore(folder / "documents"),
    )
    return database


def seed(database, *, at=NINE):
    """Add the people and the project KB-2026-001; return the project's key."""
    with database.transaction() as session:
        cache.set_clock(session, at)
        session.add_all(
            UserAccount(
                username=name,
                display_name=name.title(),
                email=f"{name}@example.com",
                kind=kind,
                created_at=system_now(),
            )
            for names, kind in ((STAFF, "staff"), (CUSTOMERS, "customer"))
            for name in names
        )
        session.add(
            DutyConfiguration(
                version=1,
                content=DUTIES,
                digest="",
                created_at=system_now(),
                created_by="system",
            )
        )
        scope = scopes.open_scope(session, "project", "KB-2026-001", "海鹏制药")
        session.add_all(
            ScopeMember(scope_key=scope.key, role=role, username=username)
            for role, username in (
                ("project.sales_manager", "zhao"),
                ("customer.contact", "hp"),
            )
        )
        return scope.key


def person(username, **values):
    """Return the actor of that name."""
    kind: ActorKind = "customer" if username in CUSTOMERS else "staff"
    return Actor(username, username.title(), kind=kind, **values)


def deploy(database, files, *, package="01_test", version=1):
    """Store the files of a package; return the deployment's key."""
    with database.transaction() as session:
        deployment = Deployment(
            package=package,
            version=version,
            digest="",
            created_at=NINE,
            created_by="system",
        )
        session.add(deployment)
        session.flush()
        for name, text in files.items():
            digest = hashlib.sha256(text.encode()).hexdigest()
            session.merge(Resource(digest=digest, content=text.encode()))
            session.flush()
            session.add(
                DeploymentResource(
                    deployment_key=deployment.key,
                    name=name,
                    kind="template",
                    digest=digest,
                )
            )
        return deployment.key


def add_instance(session, project):
    """Add the row of an instance, with all rows that it refers to; return its key."""
    deployment = Deployment(
        package="00_rig", version=1, digest="", created_at=NINE, created_by="system"
    )
    session.add(deployment)
    session.flush()
    definition = ProcessDefinition(
        process_id="rig",
        version=1,
        name="rig",
        deployment_key=deployment.key,
        resource_name="rig.bpmn",
        digest="",
        starters=[],
    )
    session.add(definition)
    session.flush()
    model = ProcessModel(definition_key=definition.key, digest="", members={})
    session.add(model)
    session.flush()
    instance = ProcessInstance(
        key=INSTANCE,
        model_key=model.key,
        definition_key=definition.key,
        process_id="rig",
        scope_key=project,
        root_key=INSTANCE,
        state_blob=b"",
        started_at=NINE,
        started_by="system",
    )
    session.add(instance)
    session.flush()


@dataclass(frozen=True)
class Caller:
    """What an operation sees of the instance that calls it."""

    key: int = INSTANCE
    process_id: str = "test"
    definition_key: int = 1
    business_id: str | None = None
    scope_key: int | None = None
    root_key: int = INSTANCE


def calling(session, project, deployment_key=0):
    """Return the context of an operation called in the project."""
    if session.get(ProcessInstance, INSTANCE) is None:
        add_instance(session, project)
    return OperationContext(
        session=session,
        actor=SYSTEM,
        instance=Caller(scope_key=project),
        scope_key=project,
        now=NINE,
        element_id="ST_test",
        deployment_key=deployment_key,
    )
