"""Server-rendered pages."""

from api.web.pages import sign_in

PAGES = (sign_in.router,)
