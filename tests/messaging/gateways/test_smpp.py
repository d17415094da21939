"""SMS by SMPP 3.4 against the server of smpp34, which nobody here wrote: submissions, long ones, receipts, incoming."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from time import sleep
from typing import Any

import pytest
import smpp34

from app.lib import dates
from app.messaging.gateways.base import Answer, Fate, Incoming, Receipt
from app.messaging.gateways.smpp import SmppGateway
from app.messaging.models import MessageStatus
from tests.messaging.gateways.messages import outgoing
from tests.messaging.gateways.smsc import Smsc, Verdict, settings

LONG = "Пиріг з вишнями чекає на вас. " * 5
THROTTLED, FULL, BAD_NUMBER = 0x58, 0x14, 0x0B


# smpp34 loses the acknowledgements of a receiver, but not of a transceiver.
TOLD = {"listens_as": "transceiver"}


@contextmanager
def gateway(verdict: Verdict | None = None, **more: Any) -> Iterator[tuple[Smsc, SmppGateway]]:
    with Smsc(verdict) as smsc:
        made = SmppGateway(settings(smsc.port, **more))
        try:
            yield smsc, made
        finally:
            made.close()


@pytest.fixture(autouse=True)
def _short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.messaging.gateways.smpp.LISTENS", 0.3)


def part_of(sent: Any) -> int:
    """Which part a submission is; smpp34 hands them over in an order of its own."""
    return int(sent.short_message[5]) if sent.esm_class else 1


def heard(smpp: SmppGateway, least: int = 1) -> list[Receipt | Incoming]:
    items: list[Receipt | Incoming] = []
    for _ in range(10):
        items += smpp.listen()
        if len(items) >= least:
            break
    return items


def test_a_text_arrives_with_all_that_an_operator_needs() -> None:
    with gateway() as (smsc, smpp):
        assert smpp.send([outgoing("Thanks @ 5€ [ok]", number=65_536 + 300)]) == [Answer(Fate.ACCEPTED, ("id1",))]
    (sent,) = smsc.submitted
    assert (sent.destination_addr, sent.dest_addr_ton, sent.dest_addr_npi) == ("380671112233", 1, 1)
    assert (sent.source_addr, sent.source_addr_ton, sent.source_addr_npi) == ("Regulars", 5, 0)
    assert (sent.data_coding, sent.esm_class, sent.registered_delivery) == (0, 0, 1)
    assert sent.short_message == b"Thanks \x00 5\x1be \x1b<ok\x1b>"
    assert [(tlv.tag, tlv.as_int()) for tlv in sent.tlvs] == [(smpp34.TLV_USER_MESSAGE_REFERENCE, 300)]


@pytest.mark.parametrize(
    ("sender", "ton", "npi", "written"),
    [
        ("Kavalier", 5, 0, "Kavalier"),
        ("+380441112233", 1, 1, "380441112233"),
        ("4455", 3, 0, "4455"),
        ("", 5, 0, "Club"),
    ],
)
def test_a_sender_is_a_name_or_a_number(sender: str, ton: int, npi: int, written: str) -> None:
    with gateway(sender="Club") as (smsc, smpp):
        smpp.send([outgoing(sender=sender)])
    (sent,) = smsc.submitted
    assert (sent.source_addr_ton, sent.source_addr_npi, sent.source_addr) == (ton, npi, written)


@pytest.mark.parametrize(
    ("text", "coding", "lengths"),
    [
        ("a" * 160, 0, [160]),
        ("a" * 161, 0, [6 + 153, 6 + 8]),
        ("€" * 81, 0, [6 + 152, 6 + 10]),
        ("ї" * 70, 8, [140]),
        ("ї" * 71, 8, [6 + 134, 6 + 8]),
        ("😀" * 36, 8, [6 + 132, 6 + 12]),
        (LONG * 4, 8, [140, 140, 140, 140, 140, 140, 140, 140, 134]),
    ],
)
def test_a_long_text_goes_in_parts_under_one_number(text: str, coding: int, lengths: list[int]) -> None:
    """BA-1: the parts are those that were counted and quoted; each begins with the six octets of a header."""
    with gateway(lambda sent: f"id{part_of(sent)}") as (smsc, smpp):
        (answer,) = smpp.send([outgoing(text, number=258)])
    parts = sorted(smsc.submitted, key=part_of)
    assert answer == Answer(Fate.ACCEPTED, tuple(f"id{part_of(each)}" for each in parts))
    assert [len(each.short_message) for each in parts] == lengths
    assert {each.data_coding for each in parts} == {coding}
    if len(lengths) > 1:
        heads = [each.short_message[:6] for each in parts]
        assert heads == [bytes([5, 0, 3, 2, len(lengths), place + 1]) for place in range(len(lengths))]
        assert {each.esm_class for each in parts} == {0x40}
    if coding == 8:
        octets = (each.short_message[6 if len(lengths) > 1 else 0 :] for each in parts)
        assert b"".join(octets).decode("utf-16-be") == text


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"to": "0671112233"}, "This is no phone."),
        ({"to": "+38067\0112233"}, "This is no phone."),
        ({"sender": "Кавалер"}, "The sender is no number"),
        ({"sender": "Far too long a name"}, "The sender is no number"),
        ({"sender": "Ka\0valier"}, "The sender is no number"),
        ({"text": ""}, "The text is empty"),
        ({"valid_until": dates.now() - timedelta(seconds=1)}, "Its time is over."),
    ],
)
def test_what_cannot_be_sent_is_refused_and_the_others_go(values: dict[str, Any], reason: str) -> None:
    with gateway() as (smsc, smpp):
        wrong, right = smpp.send([outgoing(**values), outgoing(number=8)])
    assert wrong.fate is Fate.REFUSED
    assert wrong.reason.startswith(reason)
    assert right.fate is Fate.ACCEPTED
    assert len(smsc.submitted) == 1


def test_answers_belong_to_their_messages() -> None:
    """Each is matched by its number: a tenth is refused, a tenth throttled, all in one call."""
    with gateway(
        lambda sent: {b"1": THROTTLED, b"0": BAD_NUMBER}.get(sent.short_message[-1:], sent.short_message.decode()),
        window=100,
    ) as (_, smpp):
        answers = smpp.send([outgoing(f"{number:02}", number=number) for number in range(100)])
    for number, answer in enumerate(answers):
        if number % 10 == 0:
            assert (answer.fate, answer.reason) == (Fate.REFUSED, "Invalid Destination Address (0x0B)")
        elif number % 10 == 1:
            assert answer.fate is Fate.THROTTLED
        else:
            assert answer == Answer(Fate.ACCEPTED, (f"{number:02}",))


@pytest.mark.parametrize("status", [THROTTLED, FULL, 0x08, 0x64])
def test_a_throttle_stops_the_call(status: int) -> None:
    """What was not begun is told so, and goes again; nothing is sent into a throttle."""
    with gateway(lambda _sent: status, window=2) as (smsc, smpp):
        answers = smpp.send([outgoing(number=number) for number in range(6)])
    assert [each.fate for each in answers] == [Fate.THROTTLED] * 2 + [Fate.FAILED_BEFORE] * 4
    assert len(smsc.submitted) == 2


def test_a_throttled_part_goes_again_alone() -> None:
    seen: list[int] = []

    def verdict(sent: Any) -> str | int:
        seen.append(part_of(sent))
        return THROTTLED if seen.count(2) == 1 and seen[-1] == 2 else f"id{seen[-1]}"

    with gateway(verdict) as (_, smpp):
        (answer,) = smpp.send([outgoing("ї" * 140)])
    assert answer == Answer(Fate.ACCEPTED, ("id1", "id2", "id3"))
    assert sorted(seen[:3]) == [1, 2, 3]
    assert seen[3:] == [2]


def test_a_message_accepted_in_part_is_never_sent_again() -> None:
    with gateway(lambda sent: BAD_NUMBER if sent.short_message[5] == 2 else "id", window=1) as (smsc, smpp):
        (answer,) = smpp.send([outgoing("ї" * 140)])
    assert answer == Answer(Fate.REFUSED, reason="1 of 3 parts were accepted, then: Invalid Destination Address (0x0B)")
    assert len(smsc.submitted) == 2


RECEIPTS = [
    (
        b"id:77 sub:001 dlvrd:001 submit date:2611281200 done date:2611281201 stat:DELIVRD err:000 text:Hi",
        (),
        "DELIVERED",
    ),
    (b"id:77 sub:001 dlvrd:000 stat:UNDELIV err:001 text:id:78 stat:DELIVRD", (), "FAILED"),
    (b"id:77 stat:EXPIRED", (), "FAILED"),
    (b"id:77 stat:REJECTD", (), "FAILED"),
    (b"id:77 stat:ENROUTE", (), "SENT"),
    (b"", ((smpp34.TLV_RECEIPTED_MESSAGE_ID, b"77\0"), (smpp34.TLV_MESSAGE_STATE, b"\x02")), "DELIVERED"),
    (b"", ((smpp34.TLV_RECEIPTED_MESSAGE_ID, b"77"), (smpp34.TLV_MESSAGE_STATE, b"\x05")), "FAILED"),
    # What the fields say counts more than the text, and fields that nobody knows do no harm.
    (b"id:4D stat:EXPIRED", ((0x1403, b"vendor"), (0x001E, b"77\0"), (0x0427, b"\x02"), (0x0421, b"")), "DELIVERED"),
]


@pytest.mark.parametrize(("text", "fields", "status"), RECEIPTS)
def test_a_receipt_is_read_in_either_form(text: bytes, fields: tuple[tuple[int, bytes], ...], status: str) -> None:
    """MS-3."""
    with gateway(**TOLD) as (smsc, smpp):
        assert heard(smpp, least=0) == []
        acknowledged = smsc.deliver(text, esm_class=4, tlvs=[smpp34.Tlv(*each) for each in fields])
        (receipt,) = heard(smpp)
        assert receipt == Receipt(gateway_id="77", status=MessageStatus[status])
        list(smpp.listen())
        assert acknowledged.result(5).is_success


def test_a_receipt_is_acknowledged_only_when_it_was_kept() -> None:
    """A listener that dies before is told again."""
    with gateway(**TOLD) as (smsc, smpp):
        list(smpp.listen())
        told = smsc.deliver(b"id:1 stat:DELIVRD", esm_class=4)
        assert len(heard(smpp)) == 1
        sleep(0.2)
        assert not told.done()
        list(smpp.listen())
        assert told.result(5).is_success


def test_ids_in_hexadecimal_and_decimal_are_one() -> None:
    with gateway(lambda _sent: "0000ABCD", receipt_ids="decimal") as (smsc, smpp):
        (answer,) = smpp.send([outgoing()])
        list(smpp.listen())
        smsc.deliver(b"id:43981 stat:DELIVRD", esm_class=4)
        smsc.deliver(b"", esm_class=4, tlvs=[smpp34.Tlv(0x001E, b"ABCD\0"), smpp34.Tlv(0x0427, b"\x02")])
        receipts = heard(smpp, least=2)
    assert answer.gateway_ids == ("abcd",)
    assert [each.gateway_id for each in receipts] == ["abcd", "abcd"]


@pytest.mark.parametrize(
    ("octets", "coding", "text"),
    [
        (b"Hi \x00 5\x1be", 0, "Hi @ 5€"),
        ("Дякую 😀".encode("utf-16-be"), 8, "Дякую 😀"),
        (b"caf\xe9", 3, "café"),
        (b"plain", 1, "plain"),
    ],
)
def test_a_message_to_us_is_read(octets: bytes, coding: int, text: str) -> None:
    """MS-1."""
    with gateway() as (smsc, smpp):
        list(smpp.listen())
        smsc.deliver(octets, data_coding=coding)
        smsc.deliver(octets, data_coding=coding)
        told = [each for each in heard(smpp, least=2) if isinstance(each, Incoming)]
    assert [(each.address, each.to, each.text) for each in told] == [("+380671112233", "Regulars", text)] * 2
    # Who writes the same twice wrote twice.
    assert told[0].gateway_id != told[1].gateway_id


def test_a_long_message_to_us_is_joined_whatever_the_order() -> None:
    text = "Коли ви відкриваєтесь? " * 8
    octets = text.encode("utf-16-be")
    # A surrogate or an escape may stand across two parts: octets are joined, not texts.
    parts = [octets[start : start + 131] for start in range(0, len(octets), 131)]
    with gateway() as (smsc, smpp):
        list(smpp.listen())
        for place in (2, 1, 3, 3):
            header = bytes([6, 8, 4, 1, 44, len(parts), place])
            smsc.deliver(header + parts[place - 1], data_coding=8, esm_class=0x40)
        assert [each.text for each in heard(smpp) if isinstance(each, Incoming)] == [text]


def test_a_part_that_never_comes_is_not_waited_for_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.messaging.gateways.smpp_inbox.WAITS", 0.5)
    with gateway() as (smsc, smpp):
        list(smpp.listen())
        smsc.deliver(b"\x05\x00\x03\x07\x02\x02world", esm_class=0x40)
        assert [each.text for each in heard(smpp) if isinstance(each, Incoming)] == ["…world"]


def test_what_cannot_be_read_is_told_so_and_does_not_stop_the_rest() -> None:
    with gateway(**TOLD) as (smsc, smpp):
        list(smpp.listen())
        wrong = [
            smsc.deliver(b"stat:DELIVRD", esm_class=4),
            smsc.deliver(b"\x00\x01", data_coding=4),
            smsc.deliver(b"\x05\x00\x03\x07\x02\x09x", esm_class=0x40),
            smsc.deliver(b"", esm_class=0x40),
        ]
        smsc.deliver(b"id:1 stat:DELIVRD", esm_class=4)
        assert [each.gateway_id for each in heard(smpp) if isinstance(each, Receipt)] == ["1"]
        list(smpp.listen())
        assert [each.result(5).command_status for each in wrong] == [0x65, 0x65, 0x65, 0]


def test_a_gateway_listens_as_receiver() -> None:
    with gateway() as (smsc, smpp):
        list(smpp.listen())
        smsc.deliver(b"id:1 stat:DELIVRD", esm_class=4)
        assert len(heard(smpp)) == 1
