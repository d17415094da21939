"""Keys of the API in the settings: made, shown once, listed, revoked (AP-1)."""

from __future__ import annotations

import re

import psycopg
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app import paging
from app.accounts import api_keys
from app.accounts.models import ApiKey
from app.audit import AuditEntry
from app.extensions import db
from tests.browsing import form_to, page_of, send, submit, text_of
from tests.people import Town

KEYS, NEW = "/settings/api-keys", "/settings/api-keys/new"
SHOP = {"name": "Web shop", "works": "", "scopes": ["customers:read", "sales:write"]}


@pytest.fixture
def anna(town: Town) -> FlaskClient:
    return town.browser(town.anna)


def kept(town: Town) -> ApiKey:
    with town.kavalier.work():
        row = db.session.scalars(select(ApiKey)).one()
        db.session.expunge_all()
        return row


class TestMaking:
    def test_it_is_shown_once_and_works(self, town: Town, anna: FlaskClient, superuser: psycopg.Connection) -> None:
        """AP-1: the page shows the key, what is kept opens nothing, and the list tells it by its beginning."""
        shown = submit(anna, NEW, SHOP, action=KEYS)
        secret = re.search(r"rk_[\w-]{43}", shown.text)
        assert secret
        answer = town.browser().get("/api/v1/about", headers={"Authorization": f"Bearer {secret[0]}"})
        assert answer.get_json()["scopes"] == SHOP["scopes"]
        listed = anna.get(KEYS)
        assert secret[0] not in listed.text
        assert f"{secret[0][:8]}…" in text_of(listed)
        assert "Web shop" in text_of(listed)
        row = superuser.execute("SELECT api_key::text FROM api_key").fetchone()
        assert row
        assert secret[0][8:] not in row[0]

    def test_sent_twice_it_makes_one_and_shows_it(
        self, town: Town, anna: FlaskClient, superuser: psycopg.Connection
    ) -> None:
        """RELIABILITY: of a double click the browser shows the second answer alone."""
        form = form_to(anna.get(NEW), KEYS)
        first, second = (re.search(r"rk_[\w-]{43}", send(anna, form, SHOP).text) for _click in range(2))
        assert first
        assert second
        assert first[0] == second[0]
        assert kept(town).name == "Web shop"
        assert send(anna, form, {**SHOP, "name": "Till"}).status_code == 409
        superuser.execute("UPDATE api_key SET created_at = now() - interval '2 minutes'")
        assert send(anna, form, SHOP).status_code == 409
        assert kept(town).name == "Web shop"

    def test_a_form_shown_to_another_makes_another_key(self, town: Town, anna: FlaskClient) -> None:
        """PR-1."""
        oleg = town.browser(town.oleg)
        mine, others = form_to(anna.get(NEW), KEYS), form_to(oleg.get(NEW), KEYS)
        keys = [
            re.findall(r"rk_[\w-]{43}", send(who, form, {**SHOP, "sealed": mine.values["sealed"]}).text)
            for who, form in ((anna, mine), (oleg, others))
        ]
        assert [len(each) for each in keys] == [1, 1]
        assert keys[0] != keys[1]

    def test_it_names_where_it_works(self, town: Town, anna: FlaskClient) -> None:
        """PR-3: everywhere, or at one of the places in use; of another business none is offered."""
        places = {
            f"franchisee:{town.kavalier.franchisee}": "franchisee_id",
            f"place:{town.kavalier.own_place}": "point_of_sale_id",
            f"terminal:{town.kavalier.own_terminal}": "terminal_id",
        }
        for works, column in places.items():
            assert submit(anna, NEW, {**SHOP, "works": works}, action=KEYS).status_code == 200
            with town.kavalier.work():
                row = db.session.scalars(select(ApiKey).order_by(ApiKey.id.desc()).limit(1)).one()
                assert getattr(row, column) == int(works.partition(":")[2])
        for works in (f"place:{town.teremok.own_place}", "place:", "place:0", "world:1"):
            assert submit(anna, NEW, {**SHOP, "works": works}, action=KEYS).status_code == 422

    @pytest.mark.parametrize("wrong", [{"name": " "}, {"scopes": []}, {"scopes": ["everything"]}])
    def test_a_form_that_says_too_little_is_shown_again(
        self, anna: FlaskClient, wrong: dict[str, str | list[str]]
    ) -> None:
        response = submit(anna, NEW, {**SHOP, **wrong}, action=KEYS)
        assert response.status_code == 422
        assert [each for each in page_of(response).iter("p") if "field-error" in each.get("class", "")]

    def test_the_person_proves_itself_first(self, town: Town, anna: FlaskClient, superuser: psycopg.Connection) -> None:
        """RELIABILITY: what is sensitive asks for the password again."""
        superuser.execute("UPDATE user_session SET proved_at = now() - interval '11 minutes'")
        assert submit(anna, NEW, {**SHOP, "password": "wrong"}, action=KEYS).status_code == 422
        assert superuser.execute("SELECT count(*) FROM api_key").fetchone() == (0,)
        assert submit(anna, NEW, {**SHOP, "password": "correct horse battery"}, action=KEYS).status_code == 200

    def test_there_is_an_end_of_them(self, anna: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(api_keys, "MOST_KEYS", 1)
        assert submit(anna, NEW, SHOP, action=KEYS).status_code == 200
        assert submit(anna, NEW, SHOP, action=KEYS).status_code == 409


class TestRevoking:
    def test_it_moves_to_the_revoked(self, town: Town, anna: FlaskClient) -> None:
        """AP-1; pressed twice it is done once."""
        submit(anna, NEW, SHOP, action=KEYS)
        number = kept(town).id
        assert "Revoked" not in text_of(anna.get(KEYS))
        form = form_to(anna.get(KEYS), f"{KEYS}/{number}/revocation")
        assert [send(anna, form, {}).status_code for _ in range(2)] == [303, 303]
        assert kept(town).revoked_at
        assert "Web shop" not in text_of(anna.get(KEYS))
        assert "Web shop" in text_of(anna.get(f"{KEYS}?show=revoked"))
        assert anna.get(f"{KEYS}?show=all").status_code == 400

    def test_all_that_were_revoked_are_listed(
        self, anna: FlaskClient, superuser: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """AP-1: page by page, as there is no end of them."""
        for number in range(3):
            submit(anna, NEW, {**SHOP, "name": f"Shop {number}"}, action=KEYS)
        superuser.execute("UPDATE api_key SET revoked_at = now()")
        monkeypatch.setattr(paging, "PAGE_SIZE", 2)
        first = anna.get(f"{KEYS}?show=revoked")
        assert [name in text_of(first) for name in ("Shop 2", "Shop 1", "Shop 0")] == [True, True, False]
        (link,) = [each.get("href") for each in page_of(first).iter("a") if each.get("aria-label") == "Next page"]
        last = anna.get(link or "")
        assert "Shop 0" in text_of(last)
        assert "Shop 1" not in text_of(last)
        assert anna.get(f"{KEYS}?after=x").status_code == 400

    def test_both_stand_in_the_audit_log(self, town: Town, anna: FlaskClient) -> None:
        """PR-4."""
        submit(anna, NEW, SHOP, action=KEYS)
        send(anna, form_to(anna.get(KEYS), f"{KEYS}/{kept(town).id}/revocation"), {})
        with town.kavalier.work():
            lines = db.session.scalars(select(AuditEntry).where(AuditEntry.subject_kind == "api_key"))
            assert [line.action for line in lines.all()] == ["api_key.add", "api_key.revoke"]
        told = text_of(anna.get("/audit-log?kind=api_key"))
        assert "Web shop" in told
        assert "Look customers up, Quote, make and cancel sales" in told


@pytest.mark.parametrize("who", ["olha", "boris", "vera"])
def test_only_an_administrator_has_to_do_with_them(town: Town, who: str) -> None:
    """AP-1."""
    client = town.browser(town.people[who])
    assert [client.get(page).status_code for page in (KEYS, NEW)] == [403, 403]
