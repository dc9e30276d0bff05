"""Small BPMN diagrams, people and duties for tests."""

import itertools
import json
from contextlib import contextmanager
from typing import Any
from xml.sax.saxutils import quoteattr

from engine import cache, definitions, duty_changes, inbox, instances, user_tasks
from engine.actors import SYSTEM, Actor, ActorKind
from engine.clock import system_now
from engine.runtime import SourceFile
from engine.schema import ProcessInstance, Scope, ScopeMember, UserAccount
from engine.search import Query

_NS = (
    'xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:s="http://spiffworkflow.org/bpmn/schema/1.0/core" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
)

STAFF = ("hou", "wang", "pan", "jin", "zhou", "zhao", "chen", "lin")
MEMBERS = {
    "clerk": ("one", ["user:zhao"]),
    "pair": ("all", ["director", "implementation"]),
    "pool": ("any", ["user:jin", "user:zhou"]),
    "told": ("notify", ["user:hou", "user:wang"]),
    "manager": ("one", ["project.manager"]),
    "customer_contact": ("one", ["customer.contacts"]),
    "service_director": ("one", ["director"]),
    "service_management": ("any", ["director", "implementation"]),
    "empty": ("one", ["project.nobody"]),
}
DUTIES: dict[str, Any] = {
    "positions": {
        "director": {"users": ["hou"]},
        "implementation": {"users": ["wang"]},
    },
    "duties": {
        name: {"title": name, "mode": mode, "members": members}
        for name, (mode, members) in MEMBERS.items()
    },
}
DUTIES["duties"]["customer_contact"]["proxies"] = ["project.manager"]


def person(username, **values):
    """Return the actor of that name; customers are called hp and ht."""
    kind: ActorKind = "customer" if username in {"hp", "ht"} else "staff"
    return Actor(username, username.title(), kind=kind, **values)


ADMIN = Actor("admin", "Admin", kind="staff", administrator=True)


def people(session, duties=DUTIES):
    """Add the people and the duties."""
    session.add_all(
        UserAccount(
            username=name,
            display_name=name.title(),
            kind="customer" if name in {"hp", "ht"} else "staff",
            created_at=system_now(),
        )
        for name in (*STAFF, "hp", "ht", "admin")
    )
    session.flush()
    duty_changes.seed(session, duties)


def project(session, **roles):
    """Add a project with people in roles (``manager="chen"``); return its key."""
    scope = Scope(kind="project", business_id=f"KB-{next(_numbers)}", title="海鹏")
    session.add(scope)
    session.flush()
    named = {"manager": "project.manager", "contact": "customer.contacts"}
    session.add_all(
        ScopeMember(scope_key=scope.key, role=named.get(role, role), username=name)
        for role, name in roles.items()
    )
    session.flush()
    return scope.key


_numbers = itertools.count(1)


def deploy(session, *texts, forms=None, package="test", actor=SYSTEM, **files):
    """Deploy diagrams, with forms by name; return the result."""
    sources = [
        SourceFile(f"{package}_{number}.bpmn", text.encode())
        for number, text in enumerate(texts)
    ]
    for name, schema in (forms or {}).items():
        content = schema if "schema" in schema else form(**schema)
        sources.append(SourceFile(f"{name}.json", json.dumps(content).encode()))
    sources += [SourceFile(name, text.encode()) for name, text in files.items()]
    return definitions.deploy(session, actor, package, sources)


def form(required=(), rules=(), **fields):
    """Return a form file with fields given as JSON Schemas."""
    return {
        "title": {"zh": "表单", "en": "Form"},
        "schema": {
            "type": "object",
            "properties": {
                name: {"title": name, **schema} for name, schema in fields.items()
            },
            "required": list(required),
            "x-rules": list(rules),
        },
    }


class World:
    """A database in use: each call is one transaction, as a request would be."""

    def __init__(self, database):
        self.database = database
        with database.transaction() as session:
            people(session)

    def deploy(self, *texts, **given):
        with self.database.transaction() as session:
            return deploy(session, *texts, **given)

    def project(self, **roles):
        with self.database.transaction() as session:
            return project(session, **roles)

    def start(self, process_id, *, scope=None, actor=ADMIN, **variables):
        with self.database.transaction() as session:
            row = instances.create(
                session,
                actor,
                process_id=process_id,
                variables=variables,
                scope_key=scope,
            )
            return row.key

    def holds(self, username, element_id=None):
        """Return the keys of the open tasks that somebody may work on."""
        with self.database.reading() as session:
            found = inbox.mine(session, person(username)).items
        return [
            item.task.key
            for item in found
            if element_id in {None, item.task.element_id}
        ]

    def complete(self, username, element_id, **values):
        """Complete the first of somebody's open tasks of an element."""
        (key, *_) = self.holds(username, element_id)
        with self.database.transaction() as session:
            user_tasks.complete(session, person(username), key, values)
        return key

    def tasks(self, **filters):
        with self.database.reading() as session:
            query = Query(filter=filters)
            return [item.task for item in inbox.search(session, ADMIN, query).items]

    def variables(self, instance_key):
        with self.database.reading() as session:
            return instances.data_of(session, instance_key)

    def instance(self, key):
        with self.database.reading() as session:
            return session.get(ProcessInstance, key)

    def instances(self, **filters):
        with self.database.reading() as session:
            return instances.search(session, ADMIN, Query(filter=filters)).items

    def events(self, instance_key):
        """Return (event, actor, details) of the journal of an instance."""
        with self.database.reading() as session:
            found = instances.history(session, ADMIN, instance_key)
            return [(e.entry.event, e.entry.actor, e.details) for e in found]

    def set_clock(self, moment):
        with self.database.transaction() as session:
            cache.set_clock(session, moment)

    @contextmanager
    def transaction(self):
        with self.database.transaction() as session:
            yield session


def diagram(process_id, *parts, extra="", name="", **properties):
    """Return a BPMN file with one process; ``parts`` are nodes and flows."""
    return (
        f'<bpmn:definitions {_NS} id="D_{process_id}" targetNamespace="urn:test">'
        f'<bpmn:process id="{process_id}" name="{name or process_id}" '
        f'isExecutable="true">{_properties(properties)}{"".join(parts)}'
        f"</bpmn:process>{extra}</bpmn:definitions>"
    )


def line(*nodes):
    """Return nodes in a row, with the flows between them.

    Each node is ``(id, text)``, as the functions below give them.
    """
    ids = [node[0] for node in nodes]
    flows = [flow(one, two) for one, two in itertools.pairwise(ids)]
    return "".join([node[1] for node in nodes] + flows)


def flow(source, target, condition=None):
    """Return a sequence flow."""
    inner = ""
    if condition:
        inner = (
            '<bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">'
            f"{_escaped(condition)}</bpmn:conditionExpression>"
        )
    return (
        f'<bpmn:sequenceFlow id="F_{source}__{target}" sourceRef="{source}" '
        f'targetRef="{target}">{inner}</bpmn:sequenceFlow>'
    )


def start(node="SE", definition="", **properties):
    """Return a start event, with an event definition where given."""
    return _event("startEvent", node, definition, properties)


def end(node="EE", definition="", **properties):
    """Return an end event."""
    return _event("endEvent", node, definition, properties)


def catch(node, definition, **properties):
    """Return an intermediate catch event."""
    return _event("intermediateCatchEvent", node, definition, properties)


def throw(node, definition, **properties):
    """Return an intermediate throw event."""
    return _event("intermediateThrowEvent", node, definition, properties)


def boundary(node, host, definition, *, interrupting=True, **properties):
    """Return a boundary event."""
    attributes = f' attachedToRef="{host}" cancelActivity="{str(interrupting).lower()}"'
    return _event("boundaryEvent", node, definition, properties, attributes)


def task(node, **properties):
    """Return a user task with properties (duty, mode, form, due, …)."""
    return node, (
        f'<bpmn:userTask id="{node}" name="{node}">{_properties(properties)}'
        "</bpmn:userTask>"
    )


def service(node, operation, result="", **parameters):
    """Return a service task; parameters are FEEL."""
    inner = "".join(
        f'<s:parameter id="{name}" type="any" value={quoteattr(text)}/>'
        for name, text in parameters.items()
    )
    variable = f' resultVariable="{result}"' if result else ""
    return node, (
        f'<bpmn:serviceTask id="{node}"><bpmn:extensionElements>'
        f'<s:serviceTaskOperator id="{operation}"{variable}><s:parameters>{inner}'
        "</s:parameters></s:serviceTaskOperator></bpmn:extensionElements>"
        "</bpmn:serviceTask>"
    )


def script(node, text):
    """Return a script task in FEEL."""
    return node, (
        f'<bpmn:scriptTask id="{node}"><bpmn:script>{_escaped(text)}'
        "</bpmn:script></bpmn:scriptTask>"
    )


def gateway(node, kind="exclusiveGateway", default=None):
    """Return a gateway."""
    attribute = f' default="F_{node}__{default}"' if default else ""
    return node, f'<bpmn:{kind} id="{node}"{attribute}/>'


def call(node, process_id):
    """Return a call activity."""
    return node, f'<bpmn:callActivity id="{node}" calledElement="{process_id}"/>'


def rule(node, decision_id):
    """Return a business rule task."""
    return node, (
        f'<bpmn:businessRuleTask id="{node}"><bpmn:extensionElements>'
        f"<s:calledDecisionId>{decision_id}</s:calledDecisionId>"
        "</bpmn:extensionElements></bpmn:businessRuleTask>"
    )


def message(name, *, payload="", variable=""):
    """Return a message event definition; declare the message with `messages`."""
    inner = ""
    if payload:
        inner += f"<s:messagePayload>{_escaped(payload)}</s:messagePayload>"
    if variable:
        inner += f"<s:messageVariable>{variable}</s:messageVariable>"
    if inner:
        inner = f"<bpmn:extensionElements>{inner}</bpmn:extensionElements>"
    return (
        f'<bpmn:messageEventDefinition messageRef="M_{name}">{inner}'
        "</bpmn:messageEventDefinition>"
    )


def messages(*names):
    """Return the declarations of messages, for ``extra``."""
    return "".join(f'<bpmn:message id="M_{name}" name="{name}"/>' for name in names)


def signal(name):
    """Return a signal event definition; declare the signal with `signals`."""
    return f'<bpmn:signalEventDefinition signalRef="S_{name}"/>'


def signals(*names):
    """Return the declarations of signals, for ``extra``."""
    return "".join(f'<bpmn:signal id="S_{name}" name="{name}"/>' for name in names)


def timer(kind, text):
    """Return a timer event definition; kind is Date, Duration or Cycle."""
    return (
        f"<bpmn:timerEventDefinition><bpmn:time{kind} "
        f'xsi:type="bpmn:tFormalExpression">{_escaped(text)}</bpmn:time{kind}>'
        "</bpmn:timerEventDefinition>"
    )


def _event(kind, node, definition, properties, attributes=""):
    return node, (
        f'<bpmn:{kind} id="{node}"{attributes}>{_properties(properties)}{definition}'
        f"</bpmn:{kind}>"
    )


def _properties(properties):
    if not properties:
        return ""
    inner = "".join(
        f"<s:property name={quoteattr(name)} value={quoteattr(str(value))}/>"
        for name, value in properties.items()
    )
    return (
        f"<bpmn:extensionElements><s:properties>{inner}</s:properties>"
        "</bpmn:extensionElements>"
    )


def _escaped(text):
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
