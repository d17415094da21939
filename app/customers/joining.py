"""What two records of one person become: pure, over what is known of both (CP-9).

Where only one says something, that stands. Where both do and differ, a person chooses; the survivor's word stands
otherwise. Consent counts where both gave it, and access is the stricter of both. Cards add up.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass, replace
from typing import Any

from app.customers.details import Details, Standing, answer_key, category_key
from app.customers.models import ConsentKind

NAME = "name"
"""First and last name are chosen together."""
TAG = "tag_"
_FIELDS = ("phone", "email", "birthday", "language")


@dataclass(frozen=True)
class Record:
    """What is known of one record by being told."""

    details: Details
    tags: Mapping[str, str]


def tag_name(key: str) -> str:
    return f"{TAG}{key}"


def differing(mine: Record, theirs: Record) -> list[str]:
    """The names of what both say and say differently: what is to be chosen."""
    return [name for name, (one, other) in _sides(mine, theirs).items() if _is(one) and _is(other) and one != other]


def joined(mine: Record, theirs: Record, taken: Set[str]) -> Record:
    """What the survivor is afterwards; `taken` names where the other record's word is preferred."""
    values = {
        name: other if _is(other) and (name in taken or not _is(one)) else one
        for name, (one, other) in _sides(mine, theirs).items()
    }
    one, other = mine.details, theirs.details
    first_name, last_name = values[NAME]
    details = replace(
        one,
        first_name=first_name,
        last_name=last_name,
        **{field: values[field] for field in _FIELDS},
        cards=tuple(dict.fromkeys((*one.cards, *other.cards))),
        answers={number: values[answer_key(number)] for number in (*one.answers, *other.answers)},
        consents={kind: one.granted(kind) and other.granted(kind) for kind in ConsentKind},
        standings=_standings(one, other, values),
    )
    return Record(details, {key: values[tag_name(key)] for key in (*mine.tags, *theirs.tags)})


def _sides(mine: Record, theirs: Record) -> dict[str, tuple[Any, Any]]:
    """Name → what either says."""
    one, other = mine.details, theirs.details
    sides: dict[str, tuple[Any, Any]] = {NAME: ((one.first_name, one.last_name), (other.first_name, other.last_name))}
    sides |= {field: (getattr(one, field), getattr(other, field)) for field in _FIELDS}
    sides |= {
        answer_key(each): (one.answers.get(each), other.answers.get(each)) for each in (*one.answers, *other.answers)
    }
    sides |= {
        category_key(program): (_category(one, program), _category(other, program))
        for program in (*one.standings, *other.standings)
    }
    return sides | {tag_name(key): (mine.tags.get(key), theirs.tags.get(key)) for key in (*mine.tags, *theirs.tags)}


def _category(details: Details, program: int) -> int | None:
    standing = details.standings.get(program)
    return standing.category_id if standing else None


def _standings(one: Details, other: Details, values: Mapping[str, Any]) -> dict[int, Standing]:
    standings = {}
    for program in (*one.standings, *other.standings):
        both = [each.standings[program] for each in (one, other) if program in each.standings]
        category = values[category_key(program)]
        standings[program] = Standing(
            max(each.access for each in both),  # in the order of AC-1, each stricter than the one before
            category,
            both[0].category_now,
        )
    return standings


def _is(value: object) -> bool:
    return value not in (None, "", ("", ""))
