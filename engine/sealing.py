"""Secrets of others (of webhooks, of robots) as they lie in the database: sealed.

The keys are the operator's (``FUWU_SECRET_KEYS``); there is no key of our own. The
first one seals, all of them open, so that keys can be exchanged: the new one goes in
front, the old one stays until everything was sealed anew.
"""

import base64
from collections.abc import Sequence
from typing import TYPE_CHECKING

from pydantic import SecretStr

from engine.errors import ConflictError

if TYPE_CHECKING:
    from cryptography.fernet import MultiFernet

_PURPOSE = b"fuwu sealed secrets"


class NoSecretKeyError(ConflictError):
    """The operator has set no key, so that no secret can be kept."""

    code = "no-secret-key"

    def __init__(self) -> None:
        super().__init__(
            "Secrets cannot be kept: FUWU_SECRET_KEYS is not set; have the operator "
            "set it, then try again",
            "无法保存密钥:未设置FUWU_SECRET_KEYS;请由运维人员设置后重试",
        )


class SealBrokenError(ConflictError):
    """A stored secret was sealed with a key that is no longer there."""

    code = "seal-broken"

    def __init__(self) -> None:
        super().__init__(
            "A stored secret cannot be opened with the keys in FUWU_SECRET_KEYS; put "
            "the old key back behind the new one, or enter the secret again",
            "已存密钥无法用FUWU_SECRET_KEYS中的密钥打开;请将旧密钥放在新密钥之后,"
            "或重新录入该密钥",
        )


def seal(keys: Sequence[SecretStr], secret: str) -> bytes:
    """Return a secret as it may be stored.

    Raises:
        NoSecretKeyError: There is no key.
    """
    return _box(keys).encrypt(secret.encode())


def unseal(keys: Sequence[SecretStr], sealed: bytes) -> str:
    """Return a secret that `seal` was given.

    Raises:
        NoSecretKeyError: There is no key.
        SealBrokenError: None of the keys opens it.
    """
    # Loading the library takes a while, and few commands need it.
    from cryptography.fernet import InvalidToken  # noqa: PLC0415

    try:
        return _box(keys).decrypt(bytes(sealed)).decode()
    except InvalidToken as error:
        raise SealBrokenError from error


def _box(keys: Sequence[SecretStr]) -> "MultiFernet":
    from cryptography.fernet import Fernet, MultiFernet  # noqa: PLC0415

    if not keys:
        raise NoSecretKeyError
    return MultiFernet([Fernet(_derived(key.get_secret_value())) for key in keys])


def _derived(key: str) -> bytes:
    from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF  # noqa: PLC0415

    derivation = HKDF(algorithm=SHA256(), length=32, salt=None, info=_PURPOSE)
    return base64.urlsafe_b64encode(derivation.derive(key.encode()))
