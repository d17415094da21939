"""Consents and opt-outs: what was said, when, and who wrote it down (CP-7)."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.customers.models import Consent, ConsentKind
from app.extensions import db
from app.lib import dates
from tests.browsing import page_of, submit
from tests.factories import add_answer, add_customer, add_question
from tests.people import Town


@pytest.fixture
def olena(town: Town) -> int:
    with town.kavalier.work():
        return add_customer("Olena")


def said(town: Town, olena: int) -> dict[str, str]:
    """What the overview tells: label → words."""
    page = page_of(town.browser(town.anna).get(f"/customers/{olena}"))
    return {
        str(row.findtext("dt")): " ".join(" ".join(row.find("dd").itertext()).split())  # type: ignore[union-attr]
        for row in page.iterfind(".//dl/div")
    }


def test_a_row_stands_only_where_something_was_said(town: Town, olena: int) -> None:
    """CP-7: unasked, a customer has neither agreed to processing nor opted out of a channel."""
    words = said(town, olena)
    assert words["Consent to processing personal data"] == "Not given"
    assert words["Receives SMS"] == "Yes"
    with town.kavalier.work():
        assert db.session.scalars(select(Consent)).all() == []


def test_says_when_and_by_whom(town: Town, olena: int) -> None:
    """CP-7: of each kind by itself; who changes one later does not answer for the others."""
    edit = f"/customers/{olena}/edit"
    submit(town.browser(town.olha), edit, {"consent_processing": "y", "consent_sms": []})
    submit(town.browser(town.anna), edit, {"consent_viber": []})
    with town.kavalier.work():
        kept = {each.kind: each for each in db.session.scalars(select(Consent)).all()}
        assert {kind: (each.granted, each.user_id) for kind, each in kept.items()} == {
            ConsentKind.PROCESSING: (True, town.olha.id),
            ConsentKind.SMS: (False, town.olha.id),
            ConsentKind.VIBER: (False, town.anna.id),
        }
        assert all(abs((dates.now() - each.at).total_seconds()) < 60 for each in kept.values())
    words = said(town, olena)
    assert words["Consent to processing personal data"].startswith("Given")
    assert words["Consent to processing personal data"].endswith("by Olha Tkachenko")
    assert words["Receives SMS"].startswith("Opted out")
    assert words["Receives Viber messages"].endswith("by Anna Kovalenko")
    assert words["Receives e-mail"] == "Yes"


def test_taken_back_it_says_so_anew(town: Town, olena: int) -> None:
    edit, anna = f"/customers/{olena}/edit", town.browser(town.anna)
    submit(town.browser(town.olha), edit, {"consent_sms": []})
    submit(anna, edit, {"consent_sms": "y"})
    with town.kavalier.work():
        (kept,) = db.session.scalars(select(Consent)).all()
        assert (kept.granted, kept.user_id) == (True, town.anna.id)


def test_the_overview_tells_birthday_language_and_answers(town: Town, olena: int) -> None:
    """CP-7, LP-7: of the questions that are asked."""
    with town.kavalier.work():
        add_answer(olena, add_question("Favourite drink"), words="Latte")
        add_question("Not answered")
    submit(town.browser(town.anna), f"/customers/{olena}/edit", {"birthday": "1990-02-28", "language": "uk"})
    words = said(town, olena)
    told = [words[label] for label in ("Birthday", "Language", "Favourite drink")]
    assert told == ["28 February 1990", "Українська", "Latte"]
    assert "Not answered" not in words
