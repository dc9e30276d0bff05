"""What was deployed: packages, their files, the processes and decisions in them."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.schema.base import Base, next_key


class Deployment(Base):
    """One version of a package: BPMN, DMN, forms and templates as one thing."""

    __tablename__ = "deployment"
    __table_args__ = (UniqueConstraint("package", "version"),)

    key: Mapped[int] = mapped_column(primary_key=True, default=next_key)
    package: Mapped[str]
    version: Mapped[int]
    digest: Mapped[str]
    created_at: Mapped[datetime]
    created_by: Mapped[str]


class Resource(Base):
    """The content of a file, stored once whatever the number of deployments."""

    __tablename__ = "resource"

    digest: Mapped[str] = mapped_column(primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class DeploymentResource(Base):
    """A file of a deployment; ``kind`` is bpmn, dmn, form, template or other."""

    __tablename__ = "deployment_resource"

    deployment_key: Mapped[int] = mapped_column(
        ForeignKey("deployment.key"), primary_key=True
    )
    name: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    digest: Mapped[str] = mapped_column(ForeignKey("resource.digest"))


class ProcessDefinition(Base):
    """One version of one process."""

    __tablename__ = "process_definition"
    __table_args__ = (UniqueConstraint("process_id", "version"),)

    key: Mapped[int] = mapped_column(primary_key=True, default=next_key)
    process_id: Mapped[str]
    version: Mapped[int]
    version_tag: Mapped[str] = mapped_column(default="")
    name: Mapped[str]
    name_en: Mapped[str] = mapped_column(default="")
    deployment_key: Mapped[int] = mapped_column(
        ForeignKey("deployment.key"), index=True
    )
    resource_name: Mapped[str]
    digest: Mapped[str]
    starters: Mapped[list[str]]


class DecisionDefinition(Base):
    """One version of one decision."""

    __tablename__ = "decision_definition"
    __table_args__ = (UniqueConstraint("decision_id", "version"),)

    key: Mapped[int] = mapped_column(primary_key=True, default=next_key)
    decision_id: Mapped[str]
    version: Mapped[int]
    name: Mapped[str]
    deployment_key: Mapped[int] = mapped_column(
        ForeignKey("deployment.key"), index=True
    )
    resource_name: Mapped[str]
    digest: Mapped[str]


class StartSubscription(Base):
    """A message, signal or timer that starts the newest version of a process."""

    __tablename__ = "start_subscription"
    __table_args__ = (Index(None, "kind", "name"),)

    definition_key: Mapped[int] = mapped_column(
        ForeignKey("process_definition.key"), primary_key=True
    )
    element_id: Mapped[str] = mapped_column(primary_key=True)
    process_id: Mapped[str] = mapped_column(index=True)
    kind: Mapped[str]
    name: Mapped[str]
    timer: Mapped[str] = mapped_column(default="")
    due_at: Mapped[datetime | None] = mapped_column(index=True)


class ProcessModel(Base):
    """A definition with the versions of all that it calls, pinned together.

    ``members`` maps process id → definition key (the root included) and, under
    ``decisions``, decision id → definition key. Instances refer to this row, so
    that a newer version of a called process never changes a running case.
    """

    __tablename__ = "process_model"

    key: Mapped[int] = mapped_column(primary_key=True, default=next_key)
    definition_key: Mapped[int] = mapped_column(
        ForeignKey("process_definition.key"), index=True
    )
    digest: Mapped[str] = mapped_column(unique=True)
    members: Mapped[dict[str, Any]]
