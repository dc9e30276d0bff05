"""One file a resource of the API."""

from api.routers import (
    authentication,
    calendar,
    clock,
    customers,
    deployments,
    documents,
    duties,
    incidents,
    messages,
    notifications,
    process_definitions,
    process_instances,
    projects,
    system,
    user_tasks,
    users,
)

ROUTERS = tuple(
    module.router
    for module in (
        system,
        authentication,
        users,
        duties,
        calendar,
        clock,
        deployments,
        process_definitions,
        process_instances,
        user_tasks,
        incidents,
        messages,
        documents,
        notifications,
        customers,
        projects,
    )
)
