"""The application: routers, pages, limits, headers. Nothing opens at import."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles

from api import access, errors
from api.limits import BodyLimit
from api.platform import Platform
from api.routers import ROUTERS
from api.web.headers import SecurityHeaders
from api.web.pages import PAGES

_STATIC = Path(__file__).parent / "web" / "static"

DESCRIPTION = (
    "The customer-service procedure as running processes: deploy diagrams, start and "
    "follow cases, work task inboxes. Times are RFC 3339, money is integer fen, keys "
    "are decimal strings."
)


def create_app(platform: Platform) -> FastAPI:
    """Return the application that serves ``platform``.

    Starting it starts the job worker where the platform has one; stopping it gives
    everything back.
    """

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        platform.start()
        try:
            yield
        finally:
            platform.stop()

    app = FastAPI(
        title="Fuwu",
        version=platform.version,
        description=DESCRIPTION,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
    )
    app.state.database = platform.database
    app.state.settings = platform.settings
    errors.install(app)
    # Each router carries its whole path, so its routes are ours as they are: included
    # routers are searched twice for every request.
    for router in (*ROUTERS, *PAGES):
        app.router.routes.extend(router.routes)
    app.mount("/static", StaticFiles(directory=_STATIC, check_dir=False), "static")
    app.add_middleware(SecurityHeaders)
    app.add_middleware(
        BodyLimit,
        body_bytes=platform.settings.max_body_bytes,
        upload_bytes=platform.settings.max_upload_bytes,
    )
    access.check_complete(app)
    return app
