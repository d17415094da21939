"""A person before the pages of bulk actions, without scripts."""

from __future__ import annotations

import uuid

from sqlalchemy import select
from werkzeug.test import TestResponse

from app.bulk.models import Batch, BatchState
from app.extensions import db
from jobs.bulk import work_batch
from tests.browsing import csrf_token, text_of
from tests.people import Person, Town


class Desk:
    """A person who sends forms."""

    def __init__(self, town: Town, person: Person) -> None:
        self.town, self.client = town, town.browser(person)
        self.token, self.business = csrf_token(self.client), str(person.business)

    def send(self, page: str, *, form_key: str = "", **fields: str) -> tuple[int, str]:
        """Answers with the status, and where it leads or what it shows."""
        answer = self.post(page, form_key=form_key, **fields)
        return answer.status_code, answer.headers.get("Location") or text_of(answer)

    def post(self, page: str, *, form_key: str = "", **fields: str) -> TestResponse:
        known = {"csrf_token": self.token, "business_id": self.business}
        return self.client.post(page, data={**known, "form_key": form_key or str(uuid.uuid4()), **fields})

    def see(self, page: str) -> str:
        answer = self.client.get(page)
        assert answer.status_code == 200, (page, answer.status_code)
        return text_of(answer)

    def draft(self, ids: list[int]) -> str:
        _status, what = self.send("/bulk-actions", ids=",".join(map(str, ids)))
        return what.removesuffix("/action")

    def previewed(self, ids: list[int]) -> str:
        page = self.draft(ids)
        status, shown = self.send(f"{page}/action", action="tags", way="add", key="city", value="Kyiv")
        assert (status, shown) == (303, page)
        return page

    def work_all(self) -> None:
        """Works what runs, as workers do."""
        with self.town.app.app_context():
            for shop in (self.town.kavalier, self.town.teremok):
                with shop.work():
                    numbers = list(db.session.scalars(select(Batch.id).where(Batch.state == BatchState.RUNNING)))
                for number in numbers:
                    work_batch(shop.id, number)
