"""Passwords and random tokens: how they are made, kept and compared; pure."""

import hashlib
import hmac
import secrets
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from engine.errors import InvalidInputError, Problem, Text
from engine.settings import Settings

SHORTEST = 12
LONGEST = 256

_hasher = PasswordHasher()


class WeakPasswordError(InvalidInputError):
    """A new password is too short, too long, or the account's name."""

    code = "weak-password"

    def __init__(self) -> None:
        text = Text(
            f"Choose a password of {SHORTEST} to {LONGEST} characters that is not "
            "your user name",
            f"请设置{SHORTEST}至{LONGEST}个字符的密码,且不能与用户名相同",
        )
        problem = Problem("/password", "weak-password", text)
        super().__init__(text.en, text.zh, (problem,))


@cache
def _nobodys() -> str:
    """Return what is compared with when there is no such account.

    So that both answers take as long, but for the first in the life of a process.
    """
    return _hasher.hash(secrets.token_urlsafe(32))


@cache
def _hasher_at(memory_kib: int, rounds: int) -> PasswordHasher:
    return PasswordHasher(time_cost=rounds, memory_cost=memory_kib)


def check_new(password: str, username: str) -> None:
    """Raise unless somebody may choose this password.

    Raises:
        WeakPasswordError: He may not.
    """
    fits = SHORTEST <= len(password) <= LONGEST
    if not fits or username.casefold() in (password.casefold(), password[::-1]):
        raise WeakPasswordError


def hashed(password: str, settings: Settings | None = None) -> str:
    """Return what is stored of a password (argon2id).

    Takes about 0.1 s unless ``settings`` make it cheaper. The cost is part of what is
    stored, so a password is compared at the cost at which it was hashed.
    """
    if settings is None:
        return _hasher.hash(password)
    cost = settings.password_memory_kib, settings.password_rounds
    return _hasher_at(*cost).hash(password)


def matches(stored: str | None, password: str) -> bool:
    """Tell whether a password is the stored one; as slow without a stored one."""
    try:
        _hasher.verify(stored or _nobodys(), password[: LONGEST + 1])
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None


def is_outdated(stored: str) -> bool:
    """Tell whether a hash was made with weaker parameters than today's."""
    return _hasher.check_needs_rehash(stored)


def new_token() -> str:
    """Return a random token of 256 bits, fit for cookies and headers."""
    return secrets.token_urlsafe(32)


def digest(token: str) -> str:
    """Return what is stored of a random token; such a one needs no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()


def keyed_digest(key: bytes, *parts: str) -> bytes:
    """Return a digest of parts that nobody can compute without ``key``."""
    lengths = "/".join(str(len(part)) for part in parts)
    message = "\0".join((lengths, *parts)).encode()
    return hmac.digest(key, message, "sha256")


def same(one: str, other: str) -> bool:
    """Compare two secrets in constant time."""
    return hmac.compare_digest(one.encode(), other.encode())
