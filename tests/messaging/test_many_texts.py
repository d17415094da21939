"""Thousands of texts that nobody would write, by the form and its preview: never an error of ours (RELIABILITY)."""

from __future__ import annotations

import random

import pytest
from flask.testing import FlaskClient

from app.extensions import db
from app.lib.sms import segments
from app.messaging.models import MessageTemplate
from app.messaging.texts import OF_COUPON, VARIABLES
from tests.browsing import form_to
from tests.factories import add_customer, add_sale
from tests.people import Town

NEW, LIST, PREVIEW = "/messages/templates/new", "/messages/templates", "/messages/templates/preview"
PIECES = [
    *(f"{{{name}}}" for name in (*VARIABLES, *OF_COUPON)),
    *("{", "}", "{{", "}}", "{}", "{0}", "{first_name!r}", "{points:>99999999}", "{x.__class__.__mro__}", "{a[0]}"),
    *("{{ config }}", "{% for x in range(10**9) %}x{% endfor %}", "%(first_name)s", "%s%n", "${points}", "#{points}"),
    *(
        "\u202e",
        "\u2066",
        "\u200d",
        "\ufeff",
        "\u0301" * 40,
        "👩‍🍳",
        "🇺🇦",
        "ﷺ",
        "𝕏",
        "\U0010ffff",
        "\ufffe",
        "\x07",
        "\x85",
    ),
    *(
        "€",
        "₴",
        "[]~^\\|",
        "\n",
        "\r\n",
        "\t",
        " " * 50,
        "\u00a0",
        "<script>",
        "&amp;",
        "'\"",
        "привіт",
        "a" * 200,
        "я" * 90,
    ),
]
WAYS = ["sms", "push", "smart", "email", "viber", "pigeon", ""]


def drawn(chance: random.Random) -> dict[str, object]:
    """A form as it might be sent, whole or damaged."""
    if chance.random() < 0.2:
        known = chance.choices(PIECES[: len(VARIABLES)], k=4)
        return {"name": str(chance.random()), "channel": "sms", "texts": [" ".join(known)]}
    texts = [
        "".join(chance.choices(PIECES, k=chance.choice((0, 1, 5, 30, 120)))) for _ in range(chance.choice((1, 3, 4)))
    ]
    titles = ["".join(chance.choices(PIECES, k=chance.choice((0, 1, 4)))) for _ in range(3)]
    return {
        "name": chance.choice(("", "Coffee", "".join(chance.choices(PIECES, k=3)))) + str(chance.random()),
        "channel": chance.choice(WAYS),
        "titles": titles,
        "texts": texts,
        "look": chance.choice(("0", "2", "-1", "x")),
        "program": chance.choice(("1", "0", "999", "x", "")),
    }


def hold_up(town: Town, number: int, seed: int) -> None:
    anna = town.browser(town.anna)
    with town.kavalier.work():
        for name in ("{points}", "Ол\u202eена", "x" * 300, ""):
            add_sale(add_customer(name, name), town.kavalier.own_terminal, 100)
    form, chance = form_to(anna.get(NEW), LIST), random.Random(seed)
    kept = sum(_taken(anna, form.values, drawn(chance)) for _each in range(number))
    assert kept > 0
    with town.kavalier.work():
        for each in db.session.query(MessageTemplate):
            assert all(len(segments(text)) <= 14 for text in each.texts.values() if each.channel == "sms")


def _taken(anna: FlaskClient, whole: dict[str, list[str]], values: dict[str, object]) -> bool:
    sent = {name: value for name, value in {**whole, **values}.items() if name != "form_key"}
    shown = anna.post(PREVIEW, data=sent, headers={"HX-Request": "true"})
    saved = anna.post(LIST, data=sent)
    assert shown.status_code in (200, 400), (shown.status_code, values)
    assert saved.status_code in (303, 400, 422), (saved.status_code, values)
    return saved.status_code == 303


@pytest.mark.parametrize("seed", [1])
def test_a_few_are_refused_or_kept(town: Town, seed: int) -> None:
    """BA-1: unknown variables are named, nothing is carried out."""
    hold_up(town, 25, seed)


@pytest.mark.long
@pytest.mark.parametrize("seed", [2, 3])
def test_two_thousand_are_refused_or_kept(town: Town, monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    """BA-1: the number of RELIABILITY's table."""
    monkeypatch.setattr("app.messaging.services.templates.MOST_TEMPLATES", 10_000)
    hold_up(town, 1_000, seed)
