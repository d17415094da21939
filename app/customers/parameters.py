"""The values that the table's statements take, by name: so a statement is made once and asked again with others."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, BindParameter, Integer, Text, bindparam
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import TypeEngine

BUSINESS = bindparam("business", type_=BigInteger)
PROGRAM = bindparam("program", type_=BigInteger)
"""The program whose category and access are shown."""
WALLET = bindparam("wallet", type_=BigInteger)
"""That program's points wallet."""
SCOPE = bindparam("scope", type_=BigInteger)
"""The scope whose figures are shown."""
SEARCH = bindparam("search", type_=Text)
"""The text of a tsquery."""
FOUND = bindparam("found", type_=ARRAY(BigInteger))
"""The ids of those found by it, as the text of an array, unless they are too many."""
MOST = bindparam("most", type_=Integer)
"""How many rows at most."""
BUDGET = bindparam("budget", type_=Integer)
"""How many customers of an order are asked one by one at most."""
CUSTOMER = bindparam("customer", type_=BigInteger)
"""The customer that a page begins at."""


def place_of(kind: TypeEngine[Any]) -> BindParameter[Any]:
    """The value at which a page begins, of the sorted column's type."""
    return bindparam("place", type_=kind)


def groups_of(walk: int) -> BindParameter[Any]:
    """The groups of an order's walk, by its number."""
    return bindparam(f"groups_{walk}", type_=ARRAY(BigInteger))
