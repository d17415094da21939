"""Answers to the questionnaire in the table and the profile (LP-7, CT-1)."""

from __future__ import annotations

from datetime import date
from random import Random

import pytest

from app.customers import queries
from app.customers.columns import all_columns
from app.customers.details import answer_key
from app.customers.filters import CustomerFilter
from app.customers.registry import registry
from app.loyalty.models import FieldKind
from tests.browsing import form_to, page_of, send, text_of
from tests.customers.looking import looking
from tests.customers.test_paging import _walk, _walk_back
from tests.factories import add_answer, add_customer, add_question, add_sale, choice_ids
from tests.people import Town

Answers = dict[FieldKind, dict[int, object]]


@pytest.fixture
def asked(town: Town) -> dict[FieldKind, int]:
    with town.kavalier.work():
        return {
            kind: add_question(kind.name, kind, choices=["Oat", "Cow", "Soy"] if kind is FieldKind.CHOICE else ())
            for kind in FieldKind
        }


@pytest.fixture
def crowd(town: Town, asked: dict[FieldKind, int]) -> Answers:
    """20 customers with many ties and blanks; answers by kind with each customer's place in its order."""
    rng, shop = Random(3), town.kavalier
    given: Answers = {kind: {} for kind in FieldKind}
    with shop.work():
        choices = choice_ids(asked[FieldKind.CHOICE])
        for _ in range(20):
            customer = add_customer()
            add_sale(customer, rng.choice([shop.own_terminal, shop.franchised_terminal]), 100)
            for kind, (column, values) in {
                FieldKind.TEXT: ("words", ["Їжак", "яблуко", "Apple", "x" * 300]),
                FieldKind.NUMBER: ("number", [-5, 0, 70000]),
                FieldKind.DATE: ("day", [date(1999, 1, 1), date(2026, 2, 28)]),
                FieldKind.YES_NO: ("yes", [False, True]),
                FieldKind.CHOICE: ("choice_id", choices),
            }.items():
                if rng.random() < 0.7:
                    value = rng.choice(values)
                    add_answer(customer, asked[kind], **{column: value})
                    given[kind][customer] = choices.index(value) if kind is FieldKind.CHOICE else value
    return given


@pytest.mark.parametrize("who", ["anna", "boris"])
@pytest.mark.parametrize("kind", FieldKind)
def test_sort_both_ways_and_page(
    town: Town, asked: dict[FieldKind, int], crowd: Answers, kind: FieldKind, who: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """LP-7, CT-4: who did not answer comes first, then the answers in order, ties by id; no row twice or lost."""
    monkeypatch.setattr(queries, "PAGE_SIZE", 4)
    with looking(town, town.people[who]):
        chosen, columns = CustomerFilter(), all_columns(registry.columns)
        key = answer_key(asked[kind])
        rising, falling = _walk(chosen, columns, key, False), _walk(chosen, columns, key, True)
        ids = [row.id for page in rising for row in page.rows]
        assert len(ids) == len(set(ids)) == queries.customer_count(chosen)
        assert [row.id for page in falling for row in page.rows] == ids[::-1]
        assert _walk_back(chosen, columns, key, rising) == ids
        blanks = [number for number in ids if number not in crowd[kind]]
        assert ids[: len(blanks)] == sorted(blanks)
        answered = ids[len(blanks) :]
        if kind is not FieldKind.TEXT:
            assert answered == sorted(answered, key=lambda number: (crowd[kind][number], number))


def test_words_stand_in_alphabetical_order(town: Town) -> None:
    """LP-7, CT-4: whatever their case."""
    with town.kavalier.work():
        question = add_question("Favourite")
        for words in ("яблуко", "Їжа", "apple", "Іриска"):
            add_answer(add_customer(), question, words=words)
    with looking(town, town.anna):
        (page,) = _walk(CustomerFilter(), all_columns(registry.columns), answer_key(question), False)
        assert [getattr(row, answer_key(question)) for row in page.rows] == ["apple", "Іриска", "Їжа", "яблуко"]


def test_are_columns_of_the_table(town: Town, asked: dict[FieldKind, int]) -> None:
    """CT-1, CT-5: chosen like any other, drawn by their kinds."""
    browser = town.browser(town.anna)
    with town.kavalier.work():
        customer = add_customer("Olena")
        for kind, value in {
            FieldKind.TEXT: {"words": "<b>Latte</b>"},
            FieldKind.NUMBER: {"number": 12345000},
            FieldKind.DATE: {"day": date(2020, 2, 29)},
            FieldKind.YES_NO: {"yes": False},
            FieldKind.CHOICE: {"choice_id": choice_ids(asked[FieldKind.CHOICE])[1]},
        }.items():
            add_answer(customer, asked[kind], **value)
    form = form_to(browser.get("/customers/columns"), "/customers/columns")
    send(browser, form, {"shown": ["name", *map(answer_key, asked.values())], "save": "1"})
    words = text_of(browser.get("/customers"))
    for piece in ("<b>Latte</b>", "1,234.5", "29 Feb 2020", "No", "Cow"):
        assert piece in words, piece
    response = browser.get(f"/customers?sort=-{answer_key(asked[FieldKind.NUMBER])}")
    assert response.status_code == 200
    head = page_of(response).find(".//th[@aria-sort]")
    assert head is not None
    assert "NUMBER" in "".join(head.itertext())


def test_an_archived_question_is_no_column(town: Town, asked: dict[FieldKind, int]) -> None:
    """CT-9: an address that sorts by it is said to be unknown, not read as another."""
    anna = town.browser(town.anna)
    page = f"/questionnaire/questions/{asked[FieldKind.TEXT]}"
    send(anna, form_to(anna.get(page), f"{page}/archiving"), {})
    assert anna.get(f"/customers?sort={answer_key(asked[FieldKind.TEXT])}").status_code == 400
