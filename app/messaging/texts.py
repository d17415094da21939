"""Texts as people write them: variables, and what a program puts around (BA-1, LP-1, LP-3).

A variable is `{name}`, found by a regular expression and filled out of an allowlist; a text is never a template of
Jinja nor of str.format. It is filled once, so what a customer is called cannot bring variables in.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, zip_longest

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.lib.sms import segment_count
from app.lib.texts import one_line
from app.loyalty.models import Program
from app.messaging.models import Channel

MOST_SEGMENTS = 10
VARIABLES: Mapping[str, object] = {
    "first_name": _l("First name"),
    "last_name": _l("Last name"),
    "points": _l("Points that can be spent"),
    "expiring_points": _l("Points that expire next"),
    "expires_on": _l("The day on which they expire"),
    "balance": _l("Money on accounts"),
    "card": _l("Card number"),
    "category": _l("Category"),
    "program": _l("Name of the program"),
    "unsubscribe": _l("Link to stop messages"),
}
"""What a customer has of itself, and how people call it."""
OF_COUPON: Mapping[str, object] = {"coupon": _l("Code of the coupon"), "series": _l("Title of the coupon")}
"""What only the issue of a coupon gives."""
OF_ACCOUNT: Mapping[str, object] = {"account": _l("What is on the account")}
"""What only replenishing an account gives."""
EXAMPLES: Mapping[str, object] = {"coupon": "7KQX-2M9P-4T5", "series": _l("Free cake")}
"""What stands in for them where there is no coupon yet."""
_BRACES = re.compile(r"\{([^{}\n]{1,40})\}")
_HIDDEN = dict.fromkeys([*range(0x200E, 0x2010), *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x061C])
"""Marks that turn the direction of writing: in a name they would turn what the business wrote behind it."""


@dataclass(frozen=True)
class Voice:
    """How a program speaks to customers."""

    names: Mapping[str, str]
    """Public names by language (LP-1)."""
    title: str
    """Its own people's name for it, used where no public one is."""
    signature: str

    @classmethod
    def of(cls, program: Program) -> Voice:
        return cls(program.public_names, program.title, program.signature)

    def name(self, language: str) -> str:
        """What the program is called in a language, else in the first that there is."""
        return self.names.get(language) or next(iter(filter(None, self.names.values())), self.title)


def variables_in(*texts: str) -> list[str]:
    """Everything that stands in braces, known or not, in the order of its first place."""
    return list(dict.fromkeys(name for text in texts for name in _in_braces(text)))


@lru_cache(maxsize=1_000)
def _in_braces(text: str) -> tuple[str, ...]:
    """A text to a million is looked through once."""
    return tuple(_BRACES.findall(text))


def unknown_variables(text: str, known: Iterable[str] = VARIABLES) -> list[str]:
    """What would stay in braces, as nobody gives it a value."""
    names = frozenset(known)
    return [name for name in variables_in(text) if name not in names]


def fill(text: str, values: Mapping[str, str]) -> str:
    """Puts values in place of variables, once; what has none there stays as it was written."""
    parts = _parts(text)
    filled = [clean(values[name]) if name in values else f"{{{name}}}" for name in parts[1::2]]
    return "".join(chain.from_iterable(zip_longest(parts[::2], filled, fillvalue="")))


@lru_cache(maxsize=1_000)
def _parts(text: str) -> tuple[str, ...]:
    """What is written, and in between the names of its variables."""
    return tuple(_BRACES.split(text))


def empty_for(text: str, values: Mapping[str, str]) -> list[str]:
    """The variables of a text that this customer has nothing for."""
    return [name for name in variables_in(text) if name in values and not clean(values[name])]


@lru_cache(maxsize=10_000)
def clean(value: str) -> str:
    """A value as a message can have it: one line, nothing that cannot be seen, braces as they are."""
    plain = one_line(value).translate(_HIDDEN)
    # Blanks that do not break would turn a text of GSM-7 into UCS-2, which holds less than half.
    return "".join(each for each in plain if unicodedata.category(each) not in ("Cc", "Cs"))


def dress(text: str, voice: Voice, language: str, channel: Channel = Channel.SMS) -> str:
    """The text as it goes out: an SMS begins with the program's public name (LP-1), each message ends with its
    signature (LP-3). What begins with the name already does not get it twice.
    """
    name = voice.name(language)
    if channel is Channel.SMS and name and not _begins(text, name):
        text = f"{name}: {text}"
    return f"{text}\n{voice.signature}" if voice.signature else text


def _begins(text: str, name: str) -> bool:
    return text.startswith(name) or text.casefold().startswith(name.casefold())


def opening_letters(text: str, same: Mapping[str, str], name: str) -> dict[str, str]:
    """Variable → the letters with which its value, those before it empty, might let a text begin with the name.

    `same` are the values that are the same for all. Letters are as they fold.
    """
    found: dict[str, str] = {}
    rest = name.casefold()
    for place, part in enumerate(_parts(text)):
        if place % 2 and part in {**VARIABLES, **OF_ACCOUNT} and part not in same:
            found[part] = found.get(part, "") + rest[:1]
            continue
        written = (clean(same[part]) if part in same else f"{{{part}}}") if place % 2 else part
        if not rest or not rest.startswith(written.casefold()):
            break
        rest = rest[len(written.casefold()) :]
    return found


def in_language(texts: Mapping[str, str], language: str) -> tuple[str, str]:
    """The language and the text for who reads this language; else the first that was written."""
    if texts.get(language):
        return language, texts[language]
    return next(((code, text) for code, text in texts.items() if text), (language, ""))


def too_long(text: str) -> int:
    """How many SMS a text takes where that is more than may be; 0 where it fits."""
    taken = segment_count(text)
    return taken if taken > MOST_SEGMENTS else 0


def refusal(text: str, known: Iterable[str]) -> str:
    """Why a text cannot be kept, in words; '' where it can. What variables bring in comes on top of its length."""
    if unknown := unknown_variables(text, known):
        named = ", ".join(f"{{{name}}}" for name in unknown)
        return _("There is no such variable: %(names)s.", names=named)
    known_names = frozenset(known)
    written = _BRACES.sub(lambda found: "" if found[1] in known_names else found[0], text)
    if taken := too_long(written):
        return _("This takes %(number)d SMS; at most %(most)d are sent.", number=taken, most=MOST_SEGMENTS)
    return ""
