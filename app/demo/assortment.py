"""Writes the list of what a business sells, and remembers its ids for the lines that follow."""

from __future__ import annotations

from collections.abc import Collection

from psycopg import Connection

from app.demo.goods import Good, Menu
from app.demo.plans import BusinessPlan
from app.lib.collation import sort_key

_GROUPS = """
    INSERT INTO good_group (business_id, name, name_key)
    SELECT %s, name, name_key FROM unnest(%s::text[], %s::text[]) AS listed (name, name_key) RETURNING name, id
"""
_GOODS = """
    INSERT INTO good (business_id, code, code_key, name, name_key, unit, price, variable_price, group_id)
    SELECT %s, code, lower(code), name, name_key, unit, price, variable_price, group_id
    FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::bigint[], %s::boolean[], %s::bigint[])
        AS listed (code, name, name_key, unit, price, variable_price, group_id)
    RETURNING code, id
"""


def assortment(plan: BusinessPlan) -> list[Good]:
    """Whatever any program of the business sells, each once."""
    menus = dict.fromkeys([plan.menu, *(program.menu or plan.menu for program in plan.programs)])
    return list({good.code: good for name in menus for good in Menu(name, 1).goods}.values())


def write_goods(connection: Connection, business: int, goods: Collection[Good]) -> dict[str, int]:
    """Code → id. Codes are digits here, so that they are their own keys."""
    names = list(dict.fromkeys(good.group for good in goods if good.group))
    groups: dict[str, int] = dict(
        connection.execute(_GROUPS, [business, names, [sort_key(name) for name in names]]).fetchall()
    )
    listed = [
        (
            *(good.code, good.listed_name, sort_key(good.listed_name), "kg" if good.by_weight else ""),
            *(good.price, good.variable_price, groups.get(good.group)),
        )
        for good in goods
    ]
    columns = [list(column) for column in zip(*listed, strict=True)]
    return dict(connection.execute(_GOODS, [business, *columns]).fetchall()) if columns else {}
