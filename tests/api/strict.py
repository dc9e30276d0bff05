"""A project whose every step is tried wrongly before and after it is done rightly.

What must hold for each completion of any process, whoever does it: others are sent
away, wrong values are named and leave the task open, a restart changes nothing, and
what is done is done once.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from typing_extensions import override

from tests.api.driver import JSON, Case, Person

WRONG = {
    "string": 5,
    "integer": "five",
    "number": "five",
    "boolean": "yes",
    "array": "one",
    "object": 5,
}
"""Constant: for each type of a field a value that is not of it."""


@dataclass
class StrictCase(Case):
    """A project in which completing a task proves the generic expectations.

    ``restart`` closes the server and opens it again on the same data; ``done`` are
    the elements that were completed.
    """

    restart: Callable[[], None] = lambda: None
    done: list[str] = field(default_factory=list)

    @override
    def do(self, person: Person, element_id: str, **values: Any) -> JSON:
        """Complete a task, and everything that must be refused around it."""
        task = person.task(element_id, projectNo=self.project_no)
        key = task["userTaskKey"]
        self._others_are_sent_away(key, values)
        self._wrong_values_are_named(person, key)
        assert person.ask("GET", f"/v2/user-tasks/{key}")["state"] == "CREATED"
        self.restart()
        person.answer(key, values)
        self._is_done(person, task, values)
        self.done.append(element_id)
        return task

    def _others_are_sent_away(self, key: str, values: JSON) -> None:
        path, body = f"/v2/user-tasks/{key}/completion", {"variables": values}
        stranger = next(n for n in ("jf", "ht") if n != self.contact.username)
        refused = {
            name: getattr(self.company, name).call("POST", path, json=body).status_code
            for name in ("gao", stranger)
        }
        assert refused == {"gao": 403, stranger: 404}
        assert self.company.http.request("POST", path, json=body).status_code == 401

    def _wrong_values_are_named(self, person: Person, key: str) -> None:
        schema = person.ask("GET", f"/v2/user-tasks/{key}/form")["schema"]
        filled = person.ask("GET", f"/v2/user-tasks/{key}/view")["defaults"]
        required = [
            name
            for name in schema.get("required", ())
            if not schema["properties"][name].get("x-server")
        ]
        unset = dict.fromkeys(required)
        missing = self._refused(person, key, unset)
        assert missing >= {f"/{name}" for name in required} - {
            f"/{name}" for name in required if _has_default(schema, name, filled)
        }
        typed = [name for name in required if "type" in schema["properties"][name]]
        ill_typed = {name: _not_a(schema["properties"][name]) for name in typed}
        assert self._refused(person, key, ill_typed) >= {f"/{n}" for n in typed}
        unknown = self._refused(person, key, {"no_such_field": 1})
        assert "/no_such_field" in unknown

    def _refused(self, person: Person, key: str, values: JSON) -> set[str]:
        answer = person.call(
            "POST", f"/v2/user-tasks/{key}/completion", json={"variables": values}
        )
        assert answer.status_code == 422, answer.text
        return {problem["pointer"] for problem in answer.json()["errors"]}

    def _is_done(self, person: Person, task: JSON, values: JSON) -> None:
        key = task["userTaskKey"]
        assert key not in {each["userTaskKey"] for each in person.tasks()}
        before = self._everything()
        again = person.call(
            "POST", f"/v2/user-tasks/{key}/completion", json={"variables": values}
        )
        assert (again.status_code, again.json()["code"]) == (409, "illegal-move")
        assert self._everything() == before
        (entry,) = [
            each
            for each in before["timeline"]
            if (each["event"], each["userTaskKey"]) == ("TaskCompleted", key)
        ]
        assert (entry["actor"], entry["elementId"]) == (
            person.username,
            task["elementId"],
        )

    def _everything(self) -> JSON:
        hou, path = self.company.hou, f"/v2/projects/{self.project_no}"
        return {
            "project": self.project(),
            "timeline": hou.ask("GET", f"{path}/timeline")["items"],
            "documents": hou.ask("GET", f"{path}/documents")["items"],
            "tasks": self.company.admin.tasks(projectNo=self.project_no),
        }


def _has_default(schema: JSON, name: str, filled: JSON) -> bool:
    return filled.get(name) is not None or "default" in schema["properties"][name]


def _not_a(field_schema: JSON) -> Any:
    kind = field_schema["type"]
    kinds = [kind] if isinstance(kind, str) else kind
    return next(WRONG[each] for each in kinds if each in WRONG)
