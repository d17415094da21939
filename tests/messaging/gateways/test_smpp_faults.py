"""SMPP servers on bad days: each message ends in what is known of it, and nothing is sent twice (RELIABILITY)."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from random import Random
from time import monotonic, sleep

import pytest

from app.gateway_config import Server, SmppSettings
from app.messaging.gateways.base import Answer, Fate, Outgoing
from app.messaging.gateways.smpp import SmppGateway
from tests.messaging.gateways.certificates import certificate
from tests.messaging.gateways.messages import outgoing
from tests.messaging.gateways.smsc import Behaviour, Smsc, bound, free_port, pdu, rude, settings, take

SUBMIT_ANSWER, ENQUIRE, ENQUIRE_ANSWER, UNBIND, NACK = 0x80000004, 0x15, 0x80000015, 0x06, 0x80000000
BEFORE, UNKNOWN, ACCEPTED = Fate.FAILED_BEFORE, Fate.UNKNOWN, Fate.ACCEPTED


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("smpp", "smpp_line"):
        monkeypatch.setattr(f"app.messaging.gateways.{module}.READ", 0.3)
    monkeypatch.setattr("app.messaging.gateways.smpp.LISTENS", 0.3)


@contextmanager
def gateway(behaviour: Behaviour, window: int = 2) -> Iterator[SmppGateway]:
    with rude(behaviour) as port:
        made = SmppGateway(settings(port, window=window))
        yield made
        made.close()


def fates(answers: Sequence[Answer]) -> list[Fate]:
    return [each.fate for each in answers]


def five() -> list[Outgoing]:
    return [outgoing(number=number) for number in range(5)]


def accept(connection: socket.socket, sequence: int, name: bytes = b"id") -> None:
    connection.sendall(pdu(SUBMIT_ANSWER, sequence, body=name + b"\0"))


def hang(connection: socket.socket) -> None:
    while connection.recv(4096):
        pass


def test_nobody_there_is_told_before_a_byte_left_and_waited_for_longer_and_longer() -> None:
    smpp = SmppGateway(settings(free_port()))
    waits = []
    for _ in range(4):
        (answer,) = smpp.send([outgoing()])
        assert answer.fate is BEFORE
        waits.append(answer.retry_after or 0)
        begun = monotonic()
        (again,) = smpp.send([outgoing()])
        assert monotonic() - begun < 0.1
        assert again.reason == "The gateway was out of reach a moment ago."
        assert 0 < (again.retry_after or 0) <= waits[-1]
        smpp._out._not_before = 0
    assert waits == sorted(waits)
    assert waits[-1] > 4


def test_a_server_that_comes_back_is_used_again() -> None:
    port = free_port()
    smpp = SmppGateway(settings(port))
    assert fates(smpp.send([outgoing()])) == [BEFORE]
    with Smsc(port=port):
        sleep(1)
        assert fates(smpp.send([outgoing()])) == [ACCEPTED]
    smpp.close()


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (b"", "The bind was not answered."),
        (pdu(0x80000002, 1, status=0x0E), "The bind was refused: Invalid Password (0x0E)"),
        (pdu(NACK, 1, status=0x03), "The bind was refused: Invalid Command ID (0x03)"),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "What came is no SMPP."),
        (b"\x00\x00\x00\x04", "The bind was not answered."),
        (struct.pack(">LLLL", 15, 0x80000002, 0, 1), "What came is no SMPP."),
        (struct.pack(">LLLL", 2**31, 0x80000002, 0, 1), "What came is no SMPP."),
        (pdu(UNBIND, 9), "The other side unbound."),
    ],
)
def test_a_bind_that_fails_leaves_nothing_sent(said: bytes, reason: str) -> None:
    def behaviour(connection: socket.socket) -> None:
        take(connection)
        connection.sendall(said)
        hang(connection)

    with gateway(behaviour) as smpp:
        answers = smpp.send([outgoing()])
    assert [(each.fate, each.reason) for each in answers] == [(BEFORE, reason)]


def test_a_server_that_closes_at_once_is_out_of_reach() -> None:
    with gateway(lambda connection: None) as smpp:
        assert fates(smpp.send(five())) == [BEFORE] * 5


def test_a_server_that_hangs_leaves_what_was_begun_unknown() -> None:
    def behaviour(connection: socket.socket) -> None:
        bound(connection)
        hang(connection)

    with gateway(behaviour) as smpp:
        begun = monotonic()
        answers = smpp.send(five())
        assert monotonic() - begun < 2
    assert fates(answers) == [UNKNOWN, UNKNOWN, BEFORE, BEFORE, BEFORE]
    assert answers[0].reason == "A submission had no answer in 0 s."


@pytest.mark.parametrize(
    "said",
    [
        b"\xff" * 64,
        b"not SMPP at all, but long enough to be read as one",
        pdu(SUBMIT_ANSWER, 2, body=b"id\0")[:9],
        pdu(SUBMIT_ANSWER, 77, body=b"foreign\0"),
        pdu(NACK, 0, status=0x02),
        pdu(UNBIND, 9),
        pdu(ENQUIRE, 5) * 200,
        pdu(0x05, 5, body=b"\0" * 40) * 50,
        pdu(0x9999, 5),
        pdu(SUBMIT_ANSWER, 77, body=b"foreign\0") * 1000,
    ],
)
@pytest.mark.parametrize("closes", [True, False])
def test_garbage_and_half_an_answer_leave_what_was_begun_unknown(said: bytes, closes: bool) -> None:
    def behaviour(connection: socket.socket) -> None:
        bound(connection)
        take(connection)
        take(connection)
        connection.sendall(said)
        if not closes:
            hang(connection)

    with gateway(behaviour) as smpp:
        assert fates(smpp.send(five())) == [UNKNOWN, UNKNOWN, BEFORE, BEFORE, BEFORE]


def test_answers_come_in_any_order() -> None:
    def behaviour(connection: socket.socket) -> None:
        bound(connection)
        taken = [take(connection) for _ in range(4)]
        for _, sequence, body in reversed(taken):
            accept(connection, sequence, body.split(b"Text ")[1][:1])
        hang(connection)

    with gateway(behaviour, window=4) as smpp:
        answers = smpp.send([outgoing(f"Text {number}", number=number) for number in range(4)])
    assert answers == [Answer(ACCEPTED, (str(number),)) for number in range(4)]


def test_a_server_that_dies_in_the_middle_leaves_each_in_its_own_fate() -> None:
    def behaviour(connection: socket.socket) -> None:
        bound(connection)
        accept(connection, take(connection)[1])
        take(connection)
        take(connection)

    with gateway(behaviour) as smpp:
        assert fates(smpp.send(five())) == [ACCEPTED, UNKNOWN, UNKNOWN, BEFORE, BEFORE]


def test_a_part_without_an_answer_makes_the_whole_unknown() -> None:
    def behaviour(connection: socket.socket) -> None:
        bound(connection)
        accept(connection, take(connection)[1])
        take(connection)

    with gateway(behaviour, window=1) as smpp:
        (answer,) = smpp.send([outgoing("ї" * 200)])
    assert answer.fate is UNKNOWN


def test_an_accepted_message_without_an_id_is_accepted() -> None:
    def behaviour(connection: socket.socket) -> None:
        bound(connection)
        connection.sendall(pdu(SUBMIT_ANSWER, take(connection)[1]))
        hang(connection)

    with gateway(behaviour) as smpp:
        assert smpp.send([outgoing()]) == [Answer(ACCEPTED)]


@pytest.mark.parametrize("status", [0xFF, 0x00])
def test_a_refusal_that_says_nothing_is_unknown(status: int) -> None:
    """An “unknown error”, and a nack without an error."""

    def behaviour(connection: socket.socket) -> None:
        bound(connection)
        code = NACK if status == 0 else SUBMIT_ANSWER
        connection.sendall(pdu(code, take(connection)[1], status))
        hang(connection)

    with gateway(behaviour) as smpp:
        assert fates(smpp.send([outgoing()])) == [UNKNOWN]


@pytest.mark.parametrize("parting", [pdu(UNBIND, 9), b"", pdu(ENQUIRE, 9) + pdu(UNBIND, 10)])
def test_a_line_that_was_ended_meanwhile_is_bound_anew_before_anything_is_sent(parting: bytes) -> None:
    served = []

    def behaviour(connection: socket.socket) -> None:
        bound(connection)
        accept(connection, take(connection)[1])
        served.append(1)
        connection.sendall(parting)

    with gateway(behaviour) as smpp:
        for _ in range(3):
            assert fates(smpp.send([outgoing()])) == [ACCEPTED]
            sleep(0.05)
    assert len(served) == 3


def test_a_line_that_was_silent_is_asked_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.messaging.gateways.smpp_line.IDLE", 0.1)
    asked = []

    def behaviour(connection: socket.socket) -> None:
        bound(connection)
        while True:
            code, sequence, _ = take(connection)
            if code == ENQUIRE:
                asked.append(sequence)
                if len(asked) > 1:
                    hang(connection)
                connection.sendall(pdu(ENQUIRE_ANSWER, sequence))
            else:
                accept(connection, sequence)

    with gateway(behaviour) as smpp:
        for _ in range(3):
            assert fates(smpp.send([outgoing()])) == [ACCEPTED]
            sleep(0.2)
    assert len(asked) == 2


def test_a_peer_is_answered_while_messages_wait() -> None:
    """An enquiry, and a command that nobody knows, between a submission and its answer."""
    answered = []

    def behaviour(connection: socket.socket) -> None:
        bound(connection)
        sequence = take(connection)[1]
        connection.sendall(pdu(ENQUIRE, 71) + pdu(0x9999, 72))
        answered.extend([take(connection)[:2], take(connection)[:2]])
        accept(connection, sequence)
        hang(connection)

    with gateway(behaviour) as smpp:
        assert fates(smpp.send([outgoing()])) == [ACCEPTED]
    assert answered == [(ENQUIRE_ANSWER, 71), (NACK, 72)]


@pytest.mark.parametrize("seed", range(20))
def test_no_noise_makes_a_gateway_fail(seed: int) -> None:
    """Whatever comes, there is an answer for each, and what was begun is never told to be sendable again."""
    chance = Random(seed)

    def behaviour(connection: socket.socket) -> None:
        bound(connection)
        take(connection)
        noise = pdu(chance.choice([SUBMIT_ANSWER, NACK, 0x05, ENQUIRE]), chance.randrange(6), body=chance.randbytes(30))
        connection.sendall(noise[: chance.randrange(len(noise))] + chance.randbytes(chance.randrange(200)))

    with gateway(behaviour, window=1) as smpp:
        list(smpp.listen())
        answers = smpp.send(five())
    assert len(answers) == 5
    assert answers[0].fate is not BEFORE


def test_a_line_may_be_secured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And nothing is sent to a server that nobody vouches for."""
    secure = certificate(tmp_path).server

    def behaviour(connection: socket.socket) -> None:
        with secure.wrap_socket(connection, server_side=True) as secured:
            bound(secured)
            accept(secured, take(secured)[1])
            hang(secured)

    with rude(behaviour) as port:
        given = SmppSettings(Server("localhost", port, "club", "secret", tls=True))
        for trusted, fate in ((False, BEFORE), (True, ACCEPTED)):
            if trusted:
                monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "localhost.pem"))
            smpp = SmppGateway(given)
            assert fates(smpp.send([outgoing()])) == [fate]
            smpp.close()


def test_a_listener_survives_a_peer_that_dies_and_hears_again() -> None:
    """What one connection told is never acknowledged on the next."""
    times, foreign = [], []

    def behaviour(connection: socket.socket) -> None:
        bound(connection)
        times.append(1)
        body = b"\0\1\1" + b"380671112233\0" + b"\5\0Regulars\0" + b"\4\0\0\0\0\0\0\0\0" + b"\x12id:1 stat:DELIVRD"
        connection.settimeout(0.1)
        with suppress(TimeoutError):
            foreign.append(take(connection))
        connection.sendall(pdu(0x05, 1, body=body))
        sleep(0.2)

    with gateway(behaviour) as smpp:
        for _ in range(3):
            heard = list(smpp.listen())
            assert [each.gateway_id for each in heard] == ["1"]
            sleep(0.3)
    assert len(times) == 3
    assert foreign == []
