"""What a program's customers read, shown to who sets it up: each message of a sale in each language, dressed (LP-3)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from flask_babel import gettext as _

from app.identity import workplace
from app.lib.sms import alphabet_of, segments
from app.locale import LANGUAGES
from app.loyalty.models import Notify, Program
from app.messaging.models import Channel, MessageKind
from app.messaging.texts import Voice
from app.transactions.notices import Manner, Told, letters_about, pin_text

_SALE = Told(0, 0, 0, 0, 0, amount=23_850, paid=5_000, earned=1_885, balance=41_500, coupons=("7KQX2M9P4T5",))
_CODE = "481516"


@dataclass(frozen=True)
class Sample:
    """A message as it would go out; `segments` is 0 for what is no SMS."""

    label: str
    title: str
    text: str
    language: str
    alphabet: str
    segments: int


def samples(program: Program, signature: str, languages: Iterable[str] = LANGUAGES) -> list[Sample]:
    """In each language the welcome, a purchase, a coupon and a PIN."""
    return [sample for language in languages for sample in _in(language, program, signature)]


def _in(language: str, program: Program, signature: str) -> list[Sample]:
    voice = replace(Voice.of(program), signature=signature)
    notify = Notify(program.notifications)
    manner = Manner(program.id, notify, voice, program.terms_url, language, workplace().currency, is_first=True)
    letters = letters_about(replace(_SALE, program_id=program.id), manner)
    labels = {
        MessageKind.WELCOME: _("At the first purchase"),
        MessageKind.TRANSACTION: _("At a purchase"),
        MessageKind.COUPON: _("With a coupon that a rule gives"),
    }
    told = [
        _sample(labels[each.kind], each.title, each.text, language, each.channel is Channel.SMS or each.smart)
        for each in letters
    ]
    return [*told, _sample(_("A PIN, when many points pay"), "", pin_text(_CODE, manner), language, sms=True)]


def _sample(label: str, title: str, text: str, language: str, sms: bool) -> Sample:
    taken = len(segments(text)) if sms else 0
    return Sample(label, title, text, language, alphabet_of(text).name if taken else "", taken)
