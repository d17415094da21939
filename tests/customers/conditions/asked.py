"""What is asked of a crowd, drawn by hypothesis: who looks, in which scope, by which filter, in which order (CT-7)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from app.customers.conditions.fields import Fields
from app.customers.conditions.nodes import Condition, Group, Joint, Node, Operator
from app.lib import decimals
from tests.customers.conditions.crowd import AGO, KEYS, Crowd
from tests.customers.conditions.plain import KYIV, Look, Person

NEAR = [each for each in AGO if each >= 0]
PIECES = ["a", "А", "ко", "%", "_", "\\", "'", "’", "o'n", "😀", "ß", "ї", "Ґ", "-", "no such", "100%", " O’NEIL "]
LARGE, SMALL = ((2_000, 15), (10_000, 50)), ((5, 1), (12, 3))


@dataclass(frozen=True)
class Asked:
    look: Look
    conditions: Group
    sort: str
    descending: bool
    backward: bool = False
    search: str = ""
    page_size: int = 50
    budgets: tuple[tuple[int, int], ...] = LARGE
    """How many are asked one by one, and how many must be found to go on so."""
    wide: int = 10_000
    """How many a search finds before it is wide."""


def asked(crowd: Crowd, fields: Mapping[bool, Fields], sorts: Sequence[str]) -> st.SearchStrategy[Asked]:
    """`fields` are those of Boris (True) and of Anna (False)."""
    return st.booleans().flatmap(
        lambda limited: st.builds(
            Asked,
            looks(crowd, limited),
            groups(crowd, fields[limited]),
            st.sampled_from(sorts),
            st.booleans(),
            st.booleans(),
            st.sampled_from(["", "", "", "anna", "ко", "067", "no such"]),
            st.sampled_from([50, 10, 3]),
            st.sampled_from([LARGE, SMALL]),
            st.sampled_from([10_000, 2]),
        )
    )


def looks(crowd: Crowd, limited: bool) -> st.SearchStrategy[Look]:
    """A program or none; a point of sale, a Terminal, both, or none, that the person sees."""
    mine = crowd.look if not limited else replace(crowd.look, own=crowd.own)
    seen = {place: terminals for place, terminals in crowd.places.items() if not limited or place in crowd.own}
    tills = [(place, terminal) for place, terminals in seen.items() for terminal in terminals]
    places: list[tuple[int | None, int | None]] = [(None, None)]
    scopes = [(place, None) for place in seen] + [(None, terminal) for _place, terminal in tills] + tills
    return st.builds(
        lambda program, scope: replace(mine, program=program, place=scope[0], terminal=scope[1]),
        st.none() | st.sampled_from(crowd.programs),
        st.sampled_from(places) | st.sampled_from(scopes),
    )


def groups(crowd: Crowd, fields: Fields) -> st.SearchStrategy[Group]:
    """Filters of up to 5 levels over all fields and all that can be asked of each."""
    one = st.sampled_from([(key, operator) for key in fields for operator in fields[key].kind.operators]).flatmap(
        lambda each: conditions(crowd, fields, *each)
    )
    level: st.SearchStrategy[Node] = one
    for _each in range(4):
        level = one | one | grouped(level)
    return grouped(level, least=1)


def every_condition(crowd: Crowd, fields: Fields) -> st.SearchStrategy[tuple[Condition, ...]]:
    """A condition of every operator of every field."""
    pairs = [(key, operator) for key in fields for operator in fields[key].kind.operators]
    return st.tuples(*[conditions(crowd, fields, *each) for each in pairs])


def grouped(members: st.SearchStrategy[Node], least: int = 0) -> st.SearchStrategy[Group]:
    return st.builds(Group, st.sampled_from(Joint), st.lists(members, min_size=least, max_size=4).map(tuple))


def conditions(crowd: Crowd, fields: Fields, key: str, operator: Operator) -> st.SearchStrategy[Condition]:
    value = values(crowd, fields, key, operator)
    several = {
        Operator.EXISTS: st.just(()),
        Operator.MISSING: st.just(()),
        Operator.IN: st.lists(value, min_size=1, max_size=5).map(tuple),
        Operator.BETWEEN: st.tuples(value, value).map(lambda pair: tuple(sorted(pair, key=_size))),
    }.get(operator, st.tuples(value))
    about = st.sampled_from([*KEYS, KEYS[0], "city2"]) if fields[key].about else st.just("")
    return st.builds(Condition, st.just(key), st.just(operator.value), several, about)


def values(crowd: Crowd, fields: Fields, key: str, operator: Operator) -> st.SearchStrategy[str]:
    """Values as they are kept: mostly some that customers have."""
    options = fields[key].options
    if options is not None:
        return st.sampled_from([value for value, _words in options()])
    match fields[key].kind.control_of(operator):
        case "phone":
            return st.sampled_from(phones(crowd, operator))
        case "number":
            digits = fields[key].kind.digits(_Uah())  # type: ignore[attr-defined]
            return st.sampled_from(numbers(crowd, digits))
        case "days":
            return st.sampled_from([*NEAR, 36_500]).map(str)
        case "day":
            days = [crowd.look.today - timedelta(each) for each in AGO]
            return st.sampled_from([*days, date(1996, 2, 29), date(1800, 1, 1), date(2200, 12, 31)]).map(str)
    return st.sampled_from(texts(crowd, key))


class _Uah:
    currency = "UAH"


def phones(crowd: Crowd, operator: Operator) -> list[str]:
    known = crowd.values(lambda person: [person.phone] if person.phone else [])
    if operator is Operator.CONTAINS:
        return ["67", "1 11", "0 000", "999", "38", "+380", *(phone[-4:] for phone in known)]
    if operator is Operator.BEGINS:
        return ["0", "067", "+38 (067)", "380", "67", "38", "3", "+3", "067 111", "49", *(each[:9] for each in known)]
    national = [f"{each[3:6]} {each[6:9]}-{each[9:11]}-{each[11:]}" for each in known]
    return [*known, *national, "+380441234567", *(f" {each[:4]} {each[4:]}" for each in known)]


def numbers(crowd: Crowd, digits: int) -> list[str]:
    """Whatever anything is worth, in the units of a field, and more than any column holds."""
    amounts = crowd.values(lambda person: [sale.amount for sale in person.sales])
    held = crowd.values(lambda person: [held.amount for held in person.held.values()])
    answers = crowd.values(lambda person: [each for each in person.answers.values() if type(each) is int])
    units = [0, 1, 2, 5, -1, 10**digits, *amounts, *held, *answers, *(sum(amounts[:2]), amounts[0] + 1)]
    plain = [decimals.fixed(each, digits) for each in units if abs(each) < 10 ** (14 + digits)]
    return [*plain, "3000000000", "-3000000000", "99999999999999", "2147483647"]


def texts(crowd: Crowd, key: str) -> list[str]:
    whole = [text for text in crowd.values(lambda person: _texts_of(person, key)) if text]
    if key == "bought_code":
        whole = [code for code, _group in crowd.look.goods.values() if code]
    varied = [change(text) for text in whole for change in (str, str.upper, str.lower, str.swapcase)]
    parts = [text[start:end] for text in whole for start, end in ((0, 2), (0, 5), (1, 4), (-2, None))]
    return [each for each in [*varied, *parts, *PIECES, *(f"  {each} " for each in whole)] if each.strip()]


def _texts_of(person: Person, key: str) -> list[Any]:
    match key:
        case "cards":
            return [*person.cards, *(f"{card[:2]}-{card[2:]}" for card in person.cards)]
        case "tag":
            return list(person.tags.values())
        case "first_name" | "last_name" | "email":
            return [getattr(person, key)]
    return [answer for answer in person.answers.values() if isinstance(answer, str)]


def _size(text: str) -> object:
    return text if text[4:5] == "-" else float(text)


__all__ = ["KYIV", "Asked", "asked"]
