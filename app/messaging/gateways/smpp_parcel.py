"""An SMS on its way by SMPP: the submissions that it takes, and what the answers to them say of the whole.

A message of several parts is one message to the customer. What was accepted of it cannot be called back, so once a
part was accepted the message is never sent again: it is refused when another part was, and unknown when one has no
answer.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import timedelta

from smpplib import consts

from app.gateway_config import SmppSettings
from app.lib import dates
from app.lib.gsm import to_gsm, to_ucs2
from app.lib.sms import GSM7, alphabet_of, segments
from app.messaging.gateways.base import Answer, Fate, Outgoing
from app.messaging.gateways.smpp_line import Pdu, plain_id

LONGEST_VALIDITY = timedelta(days=30)
AGAIN = {
    consts.SMPP_ESME_RTHROTTLED,
    consts.SMPP_ESME_RMSGQFUL,
    consts.SMPP_ESME_RSYSERR,
    consts.SMPP_ESME_RX_T_APPN,
    consts.SMPP_ESME_RINVBNDSTS,
}
"""Not accepted, and worth another try."""
Fields = dict[str, object]


@dataclass
class Parcel:
    parts: list[Fields]
    settings: SmppSettings
    refusal: str = ""
    """Why it cannot be sent at all."""
    begun: set[int] = field(default_factory=set)
    answers: dict[int, Pdu] = field(default_factory=dict)

    @property
    def refused(self) -> bool:
        """Whether a part was refused for good, so that the others need not go."""
        return any(pdu.status and pdu.status not in AGAIN for pdu in self.answers.values())

    @property
    def accepted(self) -> bool:
        """Whether a part of it was."""
        return any(not pdu.status for pdu in self.answers.values())

    def throttled(self) -> list[int]:
        return [number for number, pdu in self.answers.items() if pdu.status in AGAIN]

    def answer(self, trouble: str, retry_after: float | None) -> Answer:
        """What became of it; `trouble` is what happened to the line or to the whole call."""
        if self.refusal:
            return Answer(Fate.REFUSED, reason=self.refusal)
        if not self.begun:
            return Answer(Fate.FAILED_BEFORE, reason=trouble, retry_after=retry_after)
        if self.begun - set(self.answers) or any(each.status == UNKNOWN for each in self.answers.values()):
            return Answer(Fate.UNKNOWN, reason=trouble or "The gateway does not know itself.")
        failed = [pdu for pdu in self.answers.values() if pdu.status]
        if not failed and len(self.answers) == len(self.parts):
            return Answer(Fate.ACCEPTED, self._ids())
        return self._incomplete(failed[0].words if failed else trouble)

    def _incomplete(self, why: str) -> Answer:
        if self.accepted:
            done = sum(not pdu.status for pdu in self.answers.values())
            return Answer(Fate.REFUSED, reason=f"{done} of {len(self.parts)} parts were accepted, then: {why}")
        return Answer(Fate.REFUSED if self.refused else Fate.THROTTLED, reason=why)

    def _ids(self) -> tuple[str, ...]:
        """None, where the gateway named not all of them."""
        answers = [self.answers[number] for number in range(len(self.parts))]
        ids = tuple(plain_id(each.message_id, self.settings) for each in answers)
        return ids if all(ids) else ()


UNKNOWN = consts.SMPP_ESME_RUNKNOWNERR


def parcel_of(message: Outgoing, settings: SmppSettings) -> Parcel:
    try:
        common = {**_addresses(message, settings), "validity_period": _validity(message), "registered_delivery": 1}
        number = int(message.reference.rpartition("-")[2] or 0)
        common["user_message_reference"] = number % 0x10000
        return Parcel([common | each for each in _texts(message.text, number)], settings)
    except ValueError as error:
        return Parcel([], settings, refusal=str(error))


def _addresses(message: Outgoing, settings: SmppSettings) -> Fields:
    to, sender = message.to, message.sender or settings.sender
    if not re.fullmatch(r"\+\d{5,15}", to, re.ASCII):
        raise ValueError("This is no phone.")
    if re.fullmatch(r"\+?\d{9,15}", sender, re.ASCII):
        ton, npi = consts.SMPP_TON_INTL, consts.SMPP_NPI_ISDN
    elif re.fullmatch(r"\d{3,8}", sender, re.ASCII):
        ton, npi = consts.SMPP_TON_NWSPEC, consts.SMPP_NPI_UNK
    elif re.fullmatch(r"[ -~]{1,11}", sender):
        ton, npi = consts.SMPP_TON_ALNUM, consts.SMPP_NPI_UNK
    else:
        raise ValueError("The sender is no number and no name of up to 11 Latin characters.")
    source = {"source_addr": sender.removeprefix("+"), "source_addr_ton": ton, "source_addr_npi": npi}
    number = {"dest_addr_ton": consts.SMPP_TON_INTL, "dest_addr_npi": consts.SMPP_NPI_ISDN}
    return {**source, **number, "destination_addr": to.removeprefix("+")}


def _validity(message: Outgoing) -> str:
    """How long from now on, so that no clock needs to agree with another."""
    if message.valid_until is None:
        return ""
    left = min(message.valid_until - dates.now(), LONGEST_VALIDITY)
    if left <= timedelta():
        raise ValueError("Its time is over.")
    minutes, seconds = divmod(int(left.total_seconds()) or 1, 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    return f"0000{days:02}{hours:02}{minutes:02}{seconds:02}000R"


def _texts(text: str, number: int) -> list[Fields]:
    """The parts; each of several begins with a header that names the message, how many they are, and which this is."""
    gsm = alphabet_of(text) is GSM7
    coding = consts.SMPP_ENCODING_DEFAULT if gsm else consts.SMPP_ENCODING_ISO10646
    octets = [to_gsm(each) if gsm else to_ucs2(each) for each in segments(text)]
    if not octets or len(octets) > 255:
        raise ValueError("The text is empty or too long.")
    if len(octets) == 1:
        return [{"data_coding": coding, "short_message": octets[0]}]
    head = [5, consts.SMPP_UDHIEIE_CONCATENATED, 3, number % 0x100, len(octets)]
    return [
        {"data_coding": coding, "esm_class": consts.SMPP_GSMFEAT_UDHI, "short_message": bytes([*head, place]) + each}
        for place, each in enumerate(octets, 1)
    ]
