"""Sealed secrets: opened with any key of the operator's, and with no other."""

import pytest
from pydantic import SecretStr, ValidationError

from engine.sealing import NoSecretKeyError, SealBrokenError, seal, unseal
from tests.engine import rig

OLD, NEW = SecretStr("old " * 10), SecretStr("new " * 10)


def test_secret_comes_back_and_never_looks_the_same() -> None:
    one, other = seal([OLD], "密钥"), seal([OLD], "密钥")

    assert one != other
    assert "密钥".encode() not in one
    assert unseal([OLD], one) == unseal([OLD], other) == "密钥"


def test_key_is_exchanged_without_losing_what_it_sealed() -> None:
    before = seal([OLD], "secret")
    after = seal([NEW, OLD], "secret")

    assert unseal([NEW, OLD], before) == "secret"
    assert unseal([NEW], after) == "secret"
    with pytest.raises(SealBrokenError):
        unseal([NEW], before)


def test_seal_that_was_tampered_with_is_not_opened() -> None:
    sealed = bytearray(seal([OLD], "secret"))
    sealed[20] ^= 1

    with pytest.raises(SealBrokenError):
        unseal([OLD], bytes(sealed))


def test_without_a_key_nothing_is_sealed() -> None:
    with pytest.raises(NoSecretKeyError):
        seal([], "secret")


def test_key_that_could_be_guessed_is_refused(tmp_path) -> None:
    with pytest.raises(ValidationError):
        rig.settings(tmp_path, secret_keys=["short"])
