"""Several people at once: nothing is lost, and nothing happens twice."""

import threading

from engine import journal, user_tasks
from engine.errors import ConflictError
from tests.builders import diagram, end, flow, gateway, line, person, start, task

WHO = {"jin": "a", "zhou": "b", "zhao": "c"}


def branch(username, name):
    node = f"UT_{name}"
    return "".join(
        [
            task(node, duty=f'="user:{username}"')[1],
            flow("GW_fork", node),
            flow(node, "GW_join"),
        ]
    )


PARALLEL = diagram(
    "parallel",
    line(start(), gateway("GW_fork", "parallelGateway")),
    *(branch(username, name) for username, name in WHO.items()),
    line(gateway("GW_join", "parallelGateway"), end()),
)


def at_once(*actions):
    """Run the actions in threads that begin together; return what they raised."""
    barrier, raised = threading.Barrier(len(actions)), []

    def run(action):
        barrier.wait()
        try:
            action()
        except ConflictError as error:
            raised.append(error)

    threads = [threading.Thread(target=run, args=(action,)) for action in actions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


def completing(world, username, key, **values):
    def complete():
        with world.transaction() as session:
            user_tasks.complete(session, person(username), key, values)

    return complete


def test_parallel_tasks_of_one_case_completed_at_once_are_all_kept(world):
    world.deploy(PARALLEL)
    for _ in range(5):
        key = world.start("parallel")
        tasks = {name: world.holds(name)[0] for name in WHO}

        raised = at_once(
            *(completing(world, name, tasks[name], **{WHO[name]: 1}) for name in WHO)
        )

        assert raised == []
        assert world.instance(key).state == "COMPLETED"
        assert world.variables(key) == {"a": 1, "b": 1, "c": 1}
        with world.transaction() as session:
            assert journal.verify(session, key).intact


def test_one_task_completed_by_two_at_once_is_completed_once(world):
    pool = diagram("pool", line(start(), task("UT_sign", duty="pool"), end()))
    world.deploy(pool)
    for _ in range(5):
        key = world.start("pool")
        (task_key,) = world.holds("jin")

        raised = at_once(
            completing(world, "jin", task_key, by="jin"),
            completing(world, "zhou", task_key, by="zhou"),
        )

        assert len(raised) == 1
        events = [event for event, _, _ in world.events(key)]
        assert events.count("TaskCompleted") == 1


def test_both_members_of_a_joint_task_at_once_finish_it(world):
    joint = diagram("joint", line(start(), task("UT_both", duty="pair"), end()))
    world.deploy(joint)
    for _ in range(5):
        key = world.start("joint")
        hou, wang = world.holds("hou")[0], world.holds("wang")[0]

        raised = at_once(
            completing(world, "hou", hou, n=1), completing(world, "wang", wang, n=2)
        )

        assert raised == []
        assert world.instance(key).state == "COMPLETED"
        assert len(world.variables(key)["both_list"]) == 2
