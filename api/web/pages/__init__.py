"""The pages; they call the same commands as the routers."""

from api.web.pages import definitions, inbox, notices, procedure, projects, sign_in, tasks

PAGES = tuple(
    page.router for page in (sign_in, inbox, tasks, projects, notices, procedure, definitions)
)
