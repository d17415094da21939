"""Arrays as PostgreSQL reads them: the driver writes lists number by number, which took long for thousands."""

from __future__ import annotations

from collections.abc import Iterable


def as_array(numbers: Iterable[int]) -> str:
    """Whole numbers as one value, for a parameter that is an array of them."""
    return f"{{{','.join(map(str, numbers))}}}"
