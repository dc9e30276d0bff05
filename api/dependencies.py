"""What routes ask for: who calls, and a session with the right transaction."""

from collections.abc import Callable, Coroutine, Generator, Iterator
from contextlib import contextmanager
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.routing import APIRoute
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from typing_extensions import override

from api import access, auth, idempotency
from api.language import speaking
from engine import jobs, worker
from engine.authorization import Actor
from engine.database import Database


def _database(request: Request) -> Database:
    database: Database = request.app.state.database
    return database


def _actor(request: Request) -> Actor:
    """Prove who calls and check the route's row in the authorisation table."""
    actor = auth.authenticate(_database(request), request)
    access.require(request, actor)
    if actor is None:
        raise access.SignInNeededError
    actor = speaking(request, actor)
    request.state.actor = actor
    return actor


CurrentActor = Annotated[Actor, Depends(_actor)]


def _visitor(request: Request) -> None:
    """Let anybody in where the authorisation table says so, nowhere else."""
    access.require(request, None)


Visitor = Annotated[None, Depends(_visitor)]


@contextmanager
def command(database: Database) -> Generator[Session]:
    """Give a transaction; the remote work that it causes is waited for afterwards.

    So an answer shows the paper that a completed task has made, unless making it
    takes longer than a few seconds: then it comes later.
    """
    with database.transaction() as session:
        yield session
    seconds = database.info["settings"].answer_wait_seconds
    worker.wait_for_jobs(database, jobs.enqueued(session), seconds)


def _transaction(request: Request, actor: CurrentActor) -> Iterator[Session]:
    with command(_database(request)) as session:
        request.state.session = session
        if key := idempotency.key_in(request.headers):
            digest = request.state.request_digest
            idempotency.begin(session, actor, key, digest)
        yield session


def _reading(request: Request) -> Iterator[Session]:
    with _database(request).reading() as session:
        yield session


# "function": commit before the answer leaves, so that a failed commit is a 503 and
# not a 200 that lied.
Transaction = Annotated[Session, Depends(_transaction, scope="function")]
Reading = Annotated[Session, Depends(_reading, scope="function")]


def _no_actor_transaction(request: Request) -> Iterator[Session]:
    with _database(request).transaction() as session:
        yield session


# For signing in: there is no actor yet.
OpenTransaction = Annotated[Session, Depends(_no_actor_transaction, scope="function")]


def _platform(request: Request) -> Database:
    return _database(request)


Platform = Annotated[Database, Depends(_platform)]


class CommandRoute(APIRoute):
    """A route whose answer can be repeated safely under an Idempotency-Key.

    The handler runs inside the stack that holds the transaction, so the answer is
    stored in the transaction that it reports and committed with it.
    """

    @override
    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        answer = super().get_route_handler()

        async def handle(request: Request) -> Response:
            key = idempotency.key_in(request.headers)
            if key is None or request.method != "POST":
                return await answer(request)
            secret = request.app.state.settings.session_secret.get_secret_value()
            # Uploads are streamed; their digest is the path and the length alone.
            multipart = "multipart" in request.headers.get("content-type", "")
            body = b"" if multipart else await request.body()
            request.state.request_digest = idempotency.digest_of(
                secret.encode(), request.method, request.url.path, body
            )
            try:
                response = await answer(request)
            except idempotency.Repeated as repeated:
                return repeated.response
            await run_in_threadpool(_keep, request, key, response)
            return response

        return handle


def _keep(request: Request, key: str, response: Response) -> None:
    session: Session | None = getattr(request.state, "session", None)
    if session is not None:
        body = bytes(response.body) if response.body else None
        idempotency.finish(
            session, request.state.actor, key, response.status_code, body
        )
