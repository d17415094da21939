"""The three panels over the same rows: how each is started, signed in to, and asked for the same thing."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cached_property
from urllib.parse import quote, urlencode

from app.lib import decimals
from app.local.processes import LocalError
from benchmarks.serving import Answer, Client
from benchmarks.subject import DEEP_PAGE, Conditions, Subject

_AVERAGE = {"django": 8, "flask": 7}
"""The place of the average check among the columns, by which addresses name the order."""


class Regulars:
    """Our panel; its default order is the latest purchase first."""

    name = "Regulars"

    def __init__(self, client: Client, who: Subject, before_deep: int | None) -> None:
        self._client, self._who, self._before_deep = client, who, before_deep
        self.port = client.port

    def default(self) -> Answer:
        return self._client.get("/customers")

    def by_average_in_one_place(self) -> Answer:
        return self._client.get(f"/customers?point_of_sale={self._who.place}&sort=-average")

    def deep(self) -> Answer:
        return self._client.get(f"/customers?after={self._before_deep}")

    def selected(self, asked: Conditions) -> Callable[[], Answer]:
        """The page of a filter; it was applied before, as its address names it."""
        applied = self._client.post("/customers/filters", self._form | _as_form(asked) | {"do": "apply"})
        if applied.status != 303:
            raise RuntimeError(f"The filter answers {applied.status}.")
        return lambda: self._client.get(applied.location)

    def page(self, path: str) -> Answer:
        return self._client.get(path)

    def search(self, text: str) -> Answer:
        """What the search box sends as a person types: all fields; it answers with the table, and keeps the search."""
        asked = {"HX-Request": "true", "HX-Target": "customers-results"}
        found = self._client.post("/customers/searches", self._asking(text), asked)
        if found.status != 200:
            raise RuntimeError(f"The search answers {found.status}.")
        return found

    def search_without_script(self, text: str) -> Answer:
        """What the same form does in a browser without JavaScript: it is sent, and leads to a page."""
        found = self._client.post("/customers/searches", self._asking(text))
        if found.status != 303:
            raise RuntimeError(f"The search answers {found.status}.")
        return self._client.get(found.location)

    def _asking(self, text: str) -> dict[str, str]:
        return self._form | {"criterion": "all", "text": text}

    @cached_property
    def _form(self) -> dict[str, str]:
        """The hidden fields of the page's search form; read once, as a browser has them on its page."""
        page = self.default().body.decode()
        form = page[page.index('id="customers-search"') :].partition("</form>")[0]
        return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form))


class DjangoAdmin:
    """The admin's changelist; its default order is the newest customer first."""

    name = "Django admin"
    _there, _one_place = "/admin/django_admin/everywhere/", "/admin/django_admin/oneplace/"

    def __init__(self, client: Client) -> None:
        self._client = client
        client.get("/admin/login/")
        form = {"username": "bench", "password": "bench", "csrfmiddlewaretoken": client.cookies["csrftoken"]}
        if client.post("/admin/login/?next=/admin/", form).status != 302:
            raise LocalError("Django admin refuses its user.")

    def default(self) -> Answer:
        return self._client.get(self._there)

    def by_average_in_one_place(self) -> Answer:
        return self._client.get(f"{self._one_place}?o=-{_AVERAGE['django']}")

    def deep(self) -> Answer:
        return self._client.get(f"{self._there}?p={DEEP_PAGE}")

    def selected(self, asked: Conditions) -> Callable[[], Answer]:
        return lambda: self._client.get(f"{self._there}?{_as_arguments(asked)}")

    def search(self, text: str) -> Answer:
        return self._client.get(f"{self._there}?q={quote(text)}")


class FlaskAdmin:
    """A ModelView; it has no default order."""

    name = "Flask-Admin"

    def __init__(self, client: Client) -> None:
        self._client = client

    def default(self) -> Answer:
        return self._client.get("/admin/everywhere/")

    def by_average_in_one_place(self) -> Answer:
        return self._client.get(f"/admin/one_place/?sort={_AVERAGE['flask']}&desc=1")

    def deep(self) -> Answer:
        return self._client.get(f"/admin/everywhere/?page={DEEP_PAGE - 1}")

    def selected(self, asked: Conditions) -> Callable[[], Answer]:
        return lambda: self._client.get(f"/admin/selected/?{_as_arguments(asked)}")

    def search(self, text: str) -> Answer:
        # A leading ^ asks for beginnings alone; the last digits of a phone are not at its beginning.
        beginning = "" if text.isdigit() else "^"
        return self._client.get(f"/admin/everywhere/?search={quote(beginning + text)}")


def _as_arguments(asked: Conditions) -> str:
    """What the peers' own filters take."""
    return urlencode({"selected": f"{asked.average},{asked.since},{asked.points}"})


def _as_form(asked: Conditions) -> dict[str, str]:
    """What the builder's form says: the average check, and a group of the other two joined by OR."""
    lines = [
        ("-0", "average", "more", decimals.fixed(asked.average, 2)),
        ("-1-0", "last_at", "last", str(asked.days)),
        ("-1-1", "points", "more", decimals.fixed(asked.points, 2)),
    ]
    fields = {"joint": "and", "joint-1": "or"}
    for key, field, operator, value in lines:
        fields |= {f"field{key}": field, f"was{key}": field, f"operator{key}": operator, f"value{key}": value}
    return fields


Panel = Regulars | DjangoAdmin | FlaskAdmin
