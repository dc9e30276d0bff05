"""What routes ask for: who calls, and a session with the right transaction."""

from collections.abc import Callable, Coroutine, Generator, Iterator
from contextlib import contextmanager
from itertools import chain
from typing import Annotated, Any, ClassVar, TypeVar

from fastapi import Depends, Request
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.responses import Response
from typing_extensions import override

from api import access, auth, idempotency
from api.endpoints import Endpoint, Function, Given, OneThreadRoute, Write
from api.language import speaking
from engine import jobs, worker
from engine.authorization import Actor
from engine.database import Database, persistently

_PIECE = 64 * 1024
T = TypeVar("T")


def _database(request: Request) -> Database:
    database: Database = request.app.state.database
    return database


def _admit(request: Request, session: Session) -> Actor:
    """Prove who calls and check the route's row in the authorisation table."""
    known: Actor | None = getattr(request.state, "actor", None)
    if known is not None:
        return known
    actor = auth.authenticate(session, request)
    access.require(request, actor)
    if actor is None:
        raise access.SignInNeededError
    actor = speaking(request, actor)
    request.state.actor = actor
    return actor


def _actor(request: Request) -> Actor:
    with _database(request).reading() as session:
        return _admit(request, session)


CurrentActor = Annotated[Actor, Depends(_actor)]


async def _visitor(request: Request) -> None:
    """Let anybody in where the authorisation table says so, nowhere else."""
    access.require(request, None)


Visitor = Annotated[None, Depends(_visitor)]


async def _platform(request: Request) -> Database:
    return _database(request)


Platform = Annotated[Database, Depends(_platform)]


def _transaction() -> Session:
    raise NotImplementedError


def _reading() -> Session:
    raise NotImplementedError


def _no_actor_transaction() -> Session:
    raise NotImplementedError


# Only a `CommandRoute` gives these. It commits before the answer leaves, so that a
# failed commit is a 503 and not a 200 that lied.
Transaction = Annotated[Session, Depends(_transaction)]
Reading = Annotated[Session, Depends(_reading)]

# For signing in: there is no actor yet.
OpenTransaction = Annotated[Session, Depends(_no_actor_transaction)]


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


def carry_out(database: Database, work: Callable[[Session], T]) -> T:
    """Do a command in a transaction of its own, again where it collides with others."""

    def once() -> T:
        with command(database) as session:
            return work(session)

    return persistently(once)


@contextmanager
def commanding(request: Request) -> Generator[Session]:
    """Give the transaction of a caller who is known, and claim his key in it.

    Proving a password takes long, so it is done before the transaction begins; what
    was proven lately is only looked up, and that in the transaction itself.
    """
    database = _database(request)
    if not auth.was_proven_lately(database, request):
        _actor(request)
    with command(database) as session:
        actor = _admit(request, session)
        if key := idempotency.key_in(request.headers):
            digest = request.state.request_digest
            idempotency.begin(session, actor, key, digest)
        yield session


class CommandRoute(OneThreadRoute):
    """A route whose answer can be repeated safely under an Idempotency-Key.

    The answer is stored in the transaction that it reports and committed with it.
    """

    own: ClassVar[frozenset[Function]] = frozenset(
        {_actor, _visitor, _platform, _transaction, _reading, _no_actor_transaction}
    )
    proofs: ClassVar[frozenset[Function]] = frozenset({_actor, _visitor})

    @override
    @contextmanager
    def provide(
        self, request: Request, wanted: frozenset[Function]
    ) -> Generator[Given]:
        database = _database(request)
        given: dict[Function, Any] = {_platform: database, _visitor: None}
        if _visitor in wanted:
            access.require(request, None)
        if _transaction in wanted:
            with commanding(request) as session:
                yield {**given, _actor: request.state.actor, _transaction: session}
        elif _reading in wanted:
            with database.reading() as session:
                actor = _admit(request, session) if _actor in wanted else None
                yield {**given, _actor: actor, _reading: session}
        elif _no_actor_transaction in wanted:
            with database.transaction() as session:
                yield {**given, _no_actor_transaction: session}
        else:
            yield {**given, _actor: _actor(request) if _actor in wanted else None}

    @override
    def keep(self, request: Request, given: Given, response: Response) -> None:
        key = idempotency.key_in(request.headers)
        session: Session | None = given.get(_transaction)
        if key is None or session is None:
            return
        body = bytes(response.body) if response.body else None
        idempotency.finish(session, given[_actor], key, response.status_code, body)

    @override
    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        answer = super().get_route_handler()

        async def handle(request: Request) -> Response:
            if idempotency.key_in(request.headers) is not None:
                await _digest(request)
            try:
                return await answer(request)
            except idempotency.Repeated as repeated:
                return repeated.response

        return handle


class PatientRoute(CommandRoute):
    """A route whose endpoint is a coroutine, because it may wait for minutes.

    It opens its transactions itself, in threads, when there is something to do.
    """

    @override
    def _in_one_thread(self, endpoint: Endpoint, write: Write) -> Endpoint:
        return endpoint


async def _digest(request: Request) -> None:
    """Put a digest of the request where the transaction finds it."""
    secret = request.app.state.settings.session_secret.get_secret_value().encode()
    url = request.url
    asked = [text.encode() for text in (request.method, url.path, url.query)]
    if "multipart" in request.headers.get("content-type", ""):
        parts = chain(asked, _pieces(await request.form()))
        digest = await run_in_threadpool(idempotency.digest_of, secret, parts)
    else:
        digest = idempotency.digest_of(secret, [*asked, await request.body()])
    request.state.request_digest = digest


def _pieces(form: FormData) -> Iterator[bytes]:
    """Yield a form with its files, which are never in memory as a whole."""
    for name, value in form.multi_items():
        yield name.encode()
        if isinstance(value, str):
            yield value.encode()
            continue
        yield (value.filename or "").encode()
        while piece := value.file.read(_PIECE):
            yield piece
        value.file.seek(0)
