"""Which addresses may be called, judged by name and by what the name leads to.

An address that somebody types in (of a webhook, of a robot) must be allowed by the
operator's list, and what it resolves to must be public unless the list has that
network. The connection goes to the very address that was judged, so that a name
which leads elsewhere a moment later gains nothing. Systems that the operator has
named himself are reached wherever they are.
"""

import ipaddress
import socket
from collections.abc import Iterable
from typing import NamedTuple
from urllib.parse import SplitResult, urlsplit

from engine.errors import InvalidInputError, Problem

_PORTS = {"http": 80, "https": 443}

Ip = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class AddressNotAllowedError(InvalidInputError):
    """The operator has not allowed calls to this address."""

    code = "address-not-allowed"

    def __init__(self, host: str) -> None:
        super().__init__(
            f"Calls to {host} are not allowed; have the operator add it to "
            "FUWU_OUTGOING, then try again",
            f"不允许访问{host};请由运维人员将其加入FUWU_OUTGOING后重试",
        )


class AddressMalformedError(InvalidInputError):
    """The text is no address that can be called."""

    code = "address-malformed"

    def __init__(self) -> None:
        super().__init__(
            "The address must be http:// or https:// with a host and without a "
            "user name",
            "地址须以http://或https://开头,包含主机名,且不含用户名",
        )


class Place(NamedTuple):
    """A host and port to connect to, and the name by which it was asked for."""

    host: str
    port: int
    address: str


def parsed(url: str) -> SplitResult:
    """Return the parts of an address.

    Raises:
        AddressMalformedError: It is none, or carries a user name.
    """
    try:
        parts = urlsplit(url)
        known = bool(parts.hostname and parts.scheme in _PORTS and parts.port != 0)
    except ValueError as error:
        raise AddressMalformedError from error
    if not known or parts.username is not None or not url.isprintable() or " " in url:
        raise AddressMalformedError
    return parts


class Reach:
    """The addresses that may be called.

    ``allowed`` are host names, ``*.domain`` for all names below a domain, single
    addresses and networks (``10.1.0.0/16``). ``trusted`` are hosts that are reached
    wherever they are.
    """

    def __init__(self, allowed: Iterable[str], trusted: Iterable[str] = ()) -> None:
        self._names: set[str] = set()
        self._networks: list[Network] = []
        self._trusted = {host.lower() for host in trusted}
        for entry in allowed:
            network = _network(entry.strip())
            if network is None:
                self._names.add(entry.strip().lower().rstrip("."))
            else:
                self._networks.append(network)

    def check(self, url: str) -> None:
        """Raise where a call would be refused whatever the name leads to.

        Raises:
            AddressMalformedError: It is no address.
            AddressNotAllowedError: It is not on the list.
        """
        host = _host(parsed(url))
        if not self._permits(host):
            raise AddressNotAllowedError(host)

    def problems(self, url: str, pointer: str) -> tuple[Problem, ...]:
        """Return what `check` finds wrong with an address that somebody typed."""
        try:
            self.check(url)
        except (AddressMalformedError, AddressNotAllowedError) as error:
            return (Problem(pointer, error.code, error.text),)
        return ()

    def place(self, url: str) -> Place:
        """Return where to connect to, having looked the name up.

        Raises:
            AddressMalformedError: It is no address.
            AddressNotAllowedError: It, or where it leads, is not allowed.
            OSError: The name leads nowhere.
        """
        parts = parsed(url)
        host, port = _host(parts), parts.port or _PORTS[parts.scheme]
        if not self._permits(host):
            raise AddressNotAllowedError(host)
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        addresses = [str(entry[4][0]) for entry in found]
        if host not in self._trusted and not all(map(self._reaches, addresses)):
            raise AddressNotAllowedError(host)
        return Place(host, port, addresses[0])

    def _permits(self, host: str) -> bool:
        if host in self._trusted or host in self._names:
            return True
        address = _address(host)
        if address is not None:
            return self._contains(address)
        return any(
            host.endswith(name[1:]) for name in self._names if name.startswith("*.")
        )

    def _reaches(self, text: str) -> bool:
        address = _address(text.partition("%")[0])
        return address is not None and (address.is_global or self._contains(address))

    def _contains(self, address: Ip) -> bool:
        return any(address in network for network in self._networks)


def _host(parts: SplitResult) -> str:
    return str(parts.hostname).lower().rstrip(".")


def _network(entry: str) -> Network | None:
    try:
        return ipaddress.ip_network(entry, strict=False)
    except ValueError:
        return None


def _address(text: str) -> Ip | None:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
