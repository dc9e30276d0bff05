"""One file a resource of the API."""

from api.routers import (
    authentication,
    calendar,
    clock,
    customers,
    deployments,
    documents,
    drafts,
    duties,
    incidents,
    messages,
    notifications,
    procedure,
    process_definitions,
    process_instances,
    project_commands,
    project_matters,
    projects,
    service_requests,
    standards,
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
        drafts,
        incidents,
        messages,
        documents,
        notifications,
        customers,
        projects,
        project_commands,
        project_matters,
        service_requests,
        standards,
        procedure,
    )
)
