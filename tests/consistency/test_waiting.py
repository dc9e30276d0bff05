"""Random legal completions never leave a live instance without anything to wait for."""

import random
from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.platform import open_platform
from engine.cache import set_clock
from tests.api.serving import settings_for
from tests.builders import deploy
from tests.consistency import knowledge
from tests.consistency.models import MODELS
from tests.consistency.wandering import Walk, publish
from tests.processes import library

STEPS = 30
WALK = settings(
    max_examples=4,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
moved: Counter[str] = Counter()


@pytest.fixture(scope="module")
def database(template, tmp_path_factory):
    """The bundled processes, whose operations reply as the scenarios say."""
    folder = tmp_path_factory.mktemp("waiting") / "data"
    with template.copied(folder) as url:
        platform = open_platform(settings_for(folder, url), works=False)
        found = platform.database
        found.info["papers"] = []
        found.info["operations"] = knowledge.operations(found.info["papers"])
        found.info["facts"] = lambda *_: library.common()["facts"]
        for hook in ("completed", "published", "renew"):
            found.info.pop(hook, None)
        with found.transaction() as session:
            set_clock(session, knowledge.BEGIN)
            deploy(session, *MODELS.values(), package="walks")
        yield found
        platform.stop()


def walked(database, chance, process_id, **given):
    """Walk, and look at all rows after each step."""
    walk = Walk(database, chance)
    paper = publish(database, "hou")
    database.info["papers"].append(paper)
    if "document_id" in given.get("variables", {}):
        given["variables"] = {**given["variables"], "document_id": paper}
    walk.begin(process_id, **given)
    walk.assert_sound()
    for _ in range(STEPS):
        if not walk.step():
            break
        walk.assert_sound()
    moved[process_id] += walk.moved
    walk.finish()


@pytest.mark.parametrize("process_id", sorted(library.processes()))
def test_bundled_processes_always_wait_for_something(database, process_id):
    begins = knowledge.beginnings(process_id) or [knowledge.called()]

    @WALK
    @given(chance=st.randoms(use_true_random=False), begin=st.sampled_from(begins))
    def walk(chance, begin):
        (start, *_) = [
            each
            for each in library.processes()[process_id].starts
            if each.kind in ("message", "none")
        ]
        carried = start.kind == "message"
        walked(
            database,
            chance,
            process_id,
            variables={} if carried else begin,
            start_element=start.element_id,
            payload=begin["case"] if carried else None,
        )

    walk()
    assert moved[process_id] > 0


@pytest.mark.parametrize("process_id", [name for name in MODELS if name != "w_hears"])
def test_small_processes_always_wait_for_something(database, process_id):
    @WALK
    @given(chance=st.randoms(use_true_random=False))
    def walk(chance):
        walked(database, chance, process_id, variables={"case": {}})

    walk()
    assert moved[process_id] > 5


def test_what_always_fails_stands_still_with_an_incident(database):
    walk = Walk(database, random.Random(1))  # noqa: S311 - a walk, no secret
    walk.begin("w_fails")
    while walk.step():
        walk.assert_sound()

    (left,) = walk.active()
    walk.finish()
    assert left.incidents == 1
