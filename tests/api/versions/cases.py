"""A process in two versions on a server, and instances of it, over HTTP alone."""

import time
from functools import cached_property

from tests.api import models
from tests.builders import task

ZHAO = '=["zhao"]'


def todo(node, **properties):
    """A task of 赵明."""
    return task(node, **{"duty": ZHAO, **properties})


class Case:
    """One instance."""

    def __init__(self, company, process_id, **variables):
        self.company, self.admin = company, company.admin
        self.key = models.begin(company.admin, process_id, **variables)
        self.path = f"/v2/process-instances/{self.key}"

    def ask(self, method, path="", **body):
        """Send what must succeed as the administrator."""
        options = {"json": body} if method != "GET" else {}
        return self.admin.ask(method, f"{self.path}{path}", **options)

    def call(self, path, *, person=None, **body):
        """Post something to the instance; return whatever comes back."""
        return (person or self.admin).call("POST", f"{self.path}{path}", json=body)

    def migrate(self, target, **mapping):
        return self.ask("POST", "/migration", **plan(target, **mapping))

    def task(self, element_id):
        """The one open task of an element, as the administrator sees it."""
        found = self.admin.search("user-tasks", state="CREATED", elementId=element_id,
                                  processInstanceKey=self.key)  # fmt: skip
        assert len(found) == 1, (element_id, self.tasks())
        return found[0]

    def tasks(self):
        """The elements of all open tasks."""
        found = self.admin.search(
            "user-tasks", state="CREATED", processInstanceKey=self.key
        )
        return sorted(each["elementId"] for each in found)

    def complete(self, element_id, person=None, **values):
        key = self.task(element_id)["userTaskKey"]
        (person or self.company.zhao).answer(key, values)
        return key

    def waiting(self):
        return sorted(
            (w["kind"], w["elementId"]) for w in self.ask("GET", "/waiting")["items"]
        )

    def timers(self):
        """When each timer is due, by element."""
        found = self.admin.search("timers", processInstanceKey=self.key)
        return {each["elementId"]: each["dueDate"] for each in found}

    def variables(self):
        return self.ask("GET", "/variables")

    def events(self, name):
        """The journal's entries of one kind."""
        found = self.ask("GET", "/history")["items"]
        return [each for each in found if each["event"] == name]

    @property
    def state(self):
        return self.ask("GET")["state"]

    @cached_property
    def remarks(self):
        """What the last migration remarked."""
        return [each["code"] for each in self.ask("GET", "/migration")["remarks"]]


def deploy(company, *texts, **options):
    """Deploy one package; return the keys of its processes, by id."""
    made = models.deploy(company.admin, *texts, **options)["deployments"]
    found = [each["processDefinition"] for each in made if each["processDefinition"]]
    return {each["processDefinitionId"]: each["processDefinitionKey"] for each in found}


def plan(target, **mapping):
    """The plan of a migration: ids old to new."""
    pairs = [{"sourceElementId": a, "targetElementId": b} for a, b in mapping.items()]
    return {"targetProcessDefinitionKey": target, "mappingInstructions": pairs}


def trial(company, process_id, target, **mapping):
    """What would become of all instances of a process."""
    body = {
        "filter": {"processDefinitionId": process_id},
        "migrationPlan": plan(target, **mapping),
    }
    return company.admin.ask("POST", "/v2/process-instances/migration/trial", json=body)


def batch(company, wanted, target, **mapping):
    """Take over what a filter finds and wait for the end; return the batch."""
    body = {"filter": wanted, "migrationPlan": plan(target, **mapping)}
    many = company.admin.ask("POST", "/v2/process-instances/migration", json=body)
    return over(company, many["batchOperationKey"])


def over(company, key):
    """Wait until a batch is over; return it."""
    for _ in range(600):
        found = company.admin.ask("GET", f"/v2/batch-operations/{key}")
        if found["state"] != "ACTIVE":
            break
        time.sleep(0.05)  # a worker of the server does it
    return found


def say(company, name, key="", **payload):
    """Publish a message."""
    body = {"name": name, "correlationKey": key, "variables": payload}
    company.admin.ask("POST", "/v2/messages/publication", json=body)
