"""The cells of the customers table as HTML.

Hundreds of cells make a page, and a template that draws each by itself costs more than the database does; so what is
the same in every row of a column is put together once, and a row is one piece of text. Whatever comes from people is
escaped here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from flask_babel import gettext as _
from markupsafe import Markup, escape

from app.filters import tongue
from app.lib import decimals, formats

LAST_RANK = 12
NOTHING = '<span class="quiet">–</span>'

Draw = Callable[[Any], str]


@dataclass(frozen=True)
class Shown:
    """What a cell needs to know of its column."""

    key: str
    label: str
    kind: str
    numeric: bool
    rank: int
    is_sorted: bool


class RowLinks(NamedTuple):
    """Where a row leads: addresses to which the customer's id is put at the end."""

    profile: str
    drawer: str
    opened: str
    form: str
    """What follows the profile's address to the form; '' for who may not edit."""


class RowDrawer:
    """Draws the cells of rows, one after another, for the columns of a page."""

    def __init__(self, columns: Sequence[Shown], links: RowLinks) -> None:
        self.profile, self.drawer, self.opened, self.form = (str(escape(each)) for each in links)
        drawn = _kinds()
        linked_kind = "name" if any(column.kind == "name" for column in columns) else None
        self.no_name = str(escape(_("No name")))
        self.open_words = str(escape(_("Summary")))
        self.edit_words = str(escape(_("Edit")))
        self.parts = [
            (
                column.key,
                _begin(column, first=place == 0),
                drawn.get(column.kind, _text),
                "</th>" if place == 0 else "</td>",
                column.kind == linked_kind or (linked_kind is None and place == 0),
            )
            for place, column in enumerate(columns)
        ]

    def draw(self, customer_id: int, name: str, values: Mapping[str, object]) -> Markup:
        """All cells of a row; the first one carries what opens the drawer, the name leads to the profile.

        Behind the last one hovers the way to the form, for who may edit (CT-12).
        """
        shown_name = str(escape(name)) or self.no_name
        opened = f"{self.opened}{customer_id}"
        opener = (
            f'<a class="row-open" href="{opened}" hx-get="{self.drawer}{customer_id}" hx-push-url="{opened}"'
            f' hx-target="#drawer" hx-swap="outerHTML">{self.open_words} {shown_name}</a>'
        )
        pieces = []
        for key, begin, draw, end, linked in self.parts:
            value = values[key]
            text = NOTHING if value is None or value in ("", ()) else draw(value)
            if linked:
                text = text if text is not NOTHING else f'<span class="quiet">{self.no_name}</span>'
                text = f'<a class="row-link" href="{self.profile}{customer_id}">{text}</a>'
            pieces.append(f"{begin}{opener}{text}{end}")
            opener = ""
        if self.form:
            pieces.append(
                f'<td class="c-edit"><a class="row-edit" href="{self.profile}{customer_id}{self.form}">'
                f'{self.edit_words}<span class="hidden-visually"> {shown_name}</span></a></td>'
            )
        return Markup("".join(pieces))  # noqa: S704 - escaped above, piece by piece


def _begin(column: Shown, first: bool) -> str:
    classes = [
        *(["c-first"] if first else []),
        f"k-{column.kind}",
        *(["n"] if column.numeric else []),
        f"r{min(column.rank, LAST_RANK)}",
        *(["is-sorted"] if column.is_sorted else []),
    ]
    label = "" if column.kind in ("name", "phone") else f' data-label="{escape(column.label)}"'
    tag = 'th scope="row"' if first else "td"
    return f'<{tag} class="{" ".join(classes)}"{label}>'


def _kinds() -> dict[str, Draw]:
    """How each kind of column draws a value that is there, in the person's language."""
    ours = tongue()
    language = ours.language
    access = {
        "full": _("Full access"),
        "limited": _("Limited"),
        "none": _("No access"),
        "blacklisted": _("Blacklisted"),
    }
    yes, no = escape(_("Yes")), f'<span class="quiet">{escape(_("No"))}</span>'
    words = {name: str(escape(label)) for name, label in access.items()}
    return {
        "phone": lambda value: str(escape(formats.phone(value))),
        "money": lambda value: str(ours.money(value)),
        "integer": lambda value: formats.number(value, language),
        "days": lambda value: formats.number(value, language),
        "decimal": lambda value: decimals.written(value, language),
        "points": lambda value: formats.points(value, language),
        "date": ours.short_date,
        "pill": lambda value: f'<span class="pill">{escape(value)}</span>',
        "access": lambda value: f'<span class="access"><span class="dot is-{value}"></span>{words[value]}</span>',
        "expiring": lambda value: f"{formats.points(value[0], language)}<span>{ours.short_date(value[1])}</span>",
        "cards": _cards,
        "tags": _tags,
        "yesno": lambda value: yes if value else no,
    }


def _text(value: object) -> str:
    return str(escape(value))


def _cards(numbers: Sequence[str]) -> str:
    if not numbers:
        return NOTHING
    more = f' <span class="quiet">+{len(numbers) - 1}</span>' if len(numbers) > 1 else ""
    return f"{escape(numbers[0])}{more}"


def _tags(value: tuple[Sequence[Sequence[str]], int]) -> str:
    shown, total = value
    drawn = "".join(f'<span class="tag">{escape(key)}&nbsp;=&nbsp;<b>{escape(word)}</b></span> ' for key, word in shown)
    return drawn + (f'<span class="quiet">+{total - len(shown)}</span>' if total > len(shown) else "")
