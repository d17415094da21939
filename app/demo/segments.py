"""Segments of the demonstration: what a coffee house asks of its customers every week."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from psycopg.types.json import Jsonb

from app.demo.structure import Structure, Writer


def write_segments(writer: Writer, made: Structure, until: datetime) -> None:
    """As the business's own people would have saved them."""
    for name, conditions in _segments(made):
        kept = Jsonb({"and": [_condition(*each) for each in conditions]})
        writer.add("segment", name=name, name_key=name.casefold(), conditions=kept, changed_at=until)


def _segments(made: Structure) -> Iterator[tuple[str, list[tuple[str, ...]]]]:
    """By name: fields, how each is compared, and with what."""
    yield "Weekly regulars", [("sales_count", "more", "20"), ("days", "less", "8")]
    yield "At risk", [("sales_count", "more", "10"), ("days", "between", "45", "120")]
    yield "Points expiring in 30 days", [("expiring_at", "next", "30")]
    yield "Birthday this week", [("birthday", "next", "7")]
    yield "Office orders", [("category", "equals", str(made.categories[0]["Office"]))]


def _condition(field: str, operator: str, *values: str) -> dict[str, object]:
    return {"field": field, "operator": operator, "values": list(values)}
