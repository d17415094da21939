"""Rows that a statement is handed: an array for each column, or of a single row the values, which takes less."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


def handed(alias: str, columns: Mapping[str, str], rows: int, number: str = "") -> str:
    """An item of FROM: `rows` with `columns` of these types, and with their `number` from 1 on, where it has a name."""
    if rows == 1:
        values = [f"CAST(:{alias}_{name} AS {kind}) AS {name}" for name, kind in columns.items()]
        numbered = [f"CAST(1 AS bigint) AS {number}"] if number else []
        return f"(SELECT {', '.join(values + numbered)}) {alias}"
    arrays = ", ".join(f"CAST(:{alias}_{name} AS {kind}[])" for name, kind in columns.items())
    names = ", ".join([*columns, number] if number else columns)
    return f"unnest({arrays}) {'WITH ORDINALITY ' if number else ''}{alias} ({names})"


def values_of(alias: str, columns: Mapping[str, str], rows: Sequence[tuple[Any, ...]]) -> dict[str, Any]:
    """What is bound for them; `rows` are in the order of the columns."""
    if len(rows) == 1:
        return {f"{alias}_{name}": value for name, value in zip(columns, rows[0], strict=True)}
    by_column = zip(*rows, strict=True) if rows else [()] * len(columns)
    return {f"{alias}_{name}": list(values) for name, values in zip(columns, by_column, strict=True)}
