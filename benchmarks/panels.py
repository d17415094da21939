"""The three panels over the same rows: how each is started, signed in to, and asked for the same thing."""

from __future__ import annotations

import re
from functools import cached_property
from urllib.parse import quote

from app.local.processes import LocalError
from benchmarks.serving import Answer, Client
from benchmarks.subject import DEEP_PAGE, Subject

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

    def search(self, text: str) -> Answer:
        # A leading ^ asks for beginnings alone; the last digits of a phone are not at its beginning.
        beginning = "" if text.isdigit() else "^"
        return self._client.get(f"/admin/everywhere/?search={quote(beginning + text)}")


Panel = Regulars | DjangoAdmin | FlaskAdmin
