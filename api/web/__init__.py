"""Server-rendered pages."""

from api.web.pages import inbox, sign_in, tasks

PAGES = (sign_in.router, inbox.router, tasks.router)
