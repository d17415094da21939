"""Calls to the world go to public addresses alone, whatever a name leads to and however an address is written."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address
from socket import AF_INET, SOCK_STREAM

import pytest

from app.lib import outgoing
from app.lib.outgoing import Caller, NotPublicError, NotReachedError, is_public
from tests.webhooks.receiving import Receiver, receiving


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as running:
        yield running


@pytest.mark.parametrize(
    "address",
    [
        *(
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "192.0.2.1",
        ),
        *("224.0.0.1", "255.255.255.255", "240.0.0.1", "198.18.0.1"),
        *("::", "::1", "fe80::1", "fc00::1", "fd12::1", "fec0::1", "ff02::1", "2001:db8::1", "3fff::1"),
        # What stands for other addresses: mapped, compatible, NAT64, 6to4, Teredo.
        *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "::7f00:1", "64:ff9b::7f00:1", "64:ff9b:1::a00:1"),
        *("2002:7f00:1::", "2001:0:7f00:1::"),
    ],
)
def test_what_lies_inside_is_not_public(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", ["8.8.8.8", "93.184.215.14", "2606:4700::1111", "::ffff:8.8.8.8"])
def test_what_lies_outside_is(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize(
    "url",
    [
        *("https://127.0.0.1/", "https://localhost/", "https://2130706433/", "https://0x7f.1/", "https://[::1]/"),
        *("https://[::ffff:127.0.0.1]/", "https://[fe80::1%25lo]/", "http://8.8.8.8/", "https://", "https://[::1/"),
    ],
)
def test_no_spelling_of_an_inner_address_is_called(url: str) -> None:
    """And what is not encrypted goes nowhere in the world."""
    with pytest.raises(NotReachedError):
        Caller(connect=0.5, read=0.5).call("POST", url)


def test_a_name_is_looked_up_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """DNS rebinding: what a second look-up would tell is never asked, and the call goes to what the first one told."""
    told = iter(["93.184.215.14", "127.0.0.1"])
    asked: list[str] = []
    called: list[tuple[str, int]] = []

    def look_up(host: str, port: int, **_more: object) -> list[tuple[object, ...]]:
        asked.append(host)
        return [(AF_INET, SOCK_STREAM, 6, "", (next(told), port))]

    def connect(address: tuple[str, int], _patience: float) -> None:
        called.append(address)
        raise OSError("far away")

    monkeypatch.setattr(outgoing, "getaddrinfo", look_up)
    monkeypatch.setattr(outgoing, "create_connection", connect)
    with pytest.raises(NotReachedError, match="far away"):
        Caller().call("POST", "https://rebinding.example/")
    assert (asked, called) == (["rebinding.example"], [("93.184.215.14", 443)])
    with pytest.raises(NotPublicError):
        Caller().call("POST", "https://rebinding.example/")


def test_only_where_it_is_allowed_calls_stay_on_this_machine(receiver: Receiver) -> None:
    """As in a local run: unencrypted too, and only here."""
    assert Caller(loopback=True).call("POST", receiver.url, b"null").status == 200
    with pytest.raises(NotPublicError):
        Caller().call("POST", receiver.url, b"null")
    with pytest.raises(NotPublicError):
        Caller(loopback=True).call("POST", "http://8.8.8.8/")


def test_redirects_are_not_followed(receiver: Receiver) -> None:
    receiver.status, receiver.headers = 302, {"Location": receiver.url + "/elsewhere"}
    assert Caller(loopback=True).call("POST", receiver.url, b"null").status == 302
    assert [call.path for call in receiver.calls] == ["/hooks"]
