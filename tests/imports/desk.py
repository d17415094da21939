"""A person before the pages of imports, without scripts: sends the forms that the pages show."""

from __future__ import annotations

from io import BytesIO

from werkzeug.test import TestResponse

from app.imports.queries import import_named
from tests.browsing import Values, form_to, send, text_of
from tests.bulk.batches import run
from tests.imports.files import csv_bytes, read
from tests.people import Person, Shop, Town


class ImportDesk:
    def __init__(self, town: Town, person: Person, shop: Shop | None = None) -> None:
        self.client = town.browser(person)
        self.shop = shop or town.kavalier

    def upload(self, content: bytes, name: str = "customers.csv") -> TestResponse:
        form = form_to(self.client.get("/imports/new"), "/imports")
        return send(self.client, form, {"file": (BytesIO(content), name)})  # type: ignore[dict-item]

    def uploaded(self, *rows: tuple[object, ...], content: bytes = b"") -> str:
        """The page of an import whose file was sent."""
        answer = self.upload(content or csv_bytes(*rows))
        assert answer.status_code == 303, text_of(answer)
        return answer.location.removesuffix("/columns")

    def choose(self, page: str, reading: str = "", **values: str) -> TestResponse:
        """Sends the form of the columns, as it is guessed but for these."""
        shown = self.client.get(f"{page}/columns{reading}")
        assert shown.status_code == 200, text_of(shown)
        return send(self.client, form_to(shown, f"{page}/columns"), dict(values))

    def checked(self, *rows: tuple[object, ...], content: bytes = b"", **values: str) -> str:
        """The page of an import whose rows are checked."""
        page = self.uploaded(*rows, content=content)
        assert self.choose(page, **values).location == page
        self.read(page)
        return page

    def imported(self, *rows: tuple[object, ...], content: bytes = b"") -> str:
        page = self.checked(*rows, content=content)
        assert self.press(page, "confirmation").location == page
        self.write(page)
        return page

    def press(self, page: str, noun: str, **values: str) -> TestResponse:
        """Sends a form of the import's page, as it stands there."""
        return self.send_from(page, f"{page}/{noun}", values)

    def send_from(self, page: str, action: str, values: Values) -> TestResponse:
        return send(self.client, form_to(self.client.get(page), action), values)

    def see(self, page: str) -> str:
        answer = self.client.get(page)
        assert answer.status_code == 200, (page, answer.status_code)
        return text_of(answer)

    def read(self, page: str) -> None:
        """As the worker does it."""
        read(self.shop, number_of(page))

    def write(self, page: str) -> None:
        run(self.shop, self.batch(page))

    def batch(self, page: str) -> int:
        with self.shop.work():
            return import_named(number_of(page)).batch_id or 0


def number_of(page: str) -> int:
    return int(page.rpartition("/")[2])
