"""Lists of the API, page by page: the panel's own pages by key, under the name of a cursor (AP-1)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from app.api.schemas import PageQuery, PageShown, Shown
from app.paging import PageKey, page_of

Item = TypeVar("Item", bound=Shown)
NO_PAGE = {404: "The line that `cursor` names is not in this list."}
"""Of lists that have no id in their address, which is 404 for itself."""


def key_of(query: PageQuery) -> PageKey | None:
    """The row behind which a page begins. Raises BadAddress."""
    return PageKey.from_args({"after": query.cursor} if query.cursor else {})


def page_shown(rows: Sequence[Any], key: PageKey | None, show: Callable[[Any], Item]) -> PageShown[Item]:
    """The page of rows whose ids Order.newest() asked for."""
    page = page_of(rows, key)
    return PageShown(items=[show(row) for row in page.lines], next=page.next["after"] if page.next else None)
