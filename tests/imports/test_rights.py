"""Who may import, and whose imports are seen (PR-1, PR-3, IM-1)."""

from __future__ import annotations

import psycopg
import pytest

from app.bulk.models import BatchState
from app.bulk.services.locking import held_batch
from app.bulk.services.steering import begin_undoing, set_limits
from app.permissions import Role
from tests.browsing import form_to, send, text_of
from tests.bulk.batches import confirm, state
from tests.imports.desk import ImportDesk
from tests.people import Town

OLENA = ("+380501112233", "Olena", "Koval")
PETRO = ("+380501112234", "Petro", "Savchuk")
NOUNS = ("", "/columns", "/mending", "/refused.csv")


@pytest.mark.parametrize(("who", "status"), [("olha", 200), ("boris", 403), ("vera", 403), ("oleg", 404)])
def test_who_sees_an_import(town: Town, who: str, status: int) -> None:
    """A file finds customers of every location, so who is limited to some imports nothing (PR-3)."""
    page = ImportDesk(town, town.anna).checked(OLENA, ("12", "Nobody"))
    client = town.browser(town.people[who])
    for noun in NOUNS:
        assert client.get(page + noun).status_code == status, noun


def test_who_may_not_import_is_led_nowhere(town: Town) -> None:
    client = town.browser(town.boris)
    assert client.get("/imports").status_code == 403
    assert 'href="/imports"' not in client.get("/customers").text
    assert 'href="/imports"' in town.browser(town.olha).get("/customers").text


def test_an_import_of_one_business_is_nowhere_in_another(town: Town) -> None:
    """PR-1: not in its list, nor known by the same file."""
    ImportDesk(town, town.anna).imported(OLENA)
    other = ImportDesk(town, town.oleg, town.teremok)
    assert "No imports yet" in other.see("/imports")
    page = other.checked(OLENA)
    assert "was imported already" not in other.see(page)


def test_over_the_limit_a_second_person_is_asked(town: Town) -> None:
    """BA-15: as of any bulk action; the second person approves on the import's page."""
    with town.kavalier.work(town.anna):
        set_limits({Role.BRAND_OPERATOR: 1})
    desk = ImportDesk(town, town.olha)
    page = desk.checked(OLENA, PETRO)
    assert desk.press(page, "confirmation").location == page
    batch = desk.batch(page)
    assert state(town.kavalier, batch) is BatchState.WAITING
    assert "It is over the limit of Olha Tkachenko." in desk.see(page)
    second = ImportDesk(town, town.anna)
    assert "It writes 2 rows of a file. A second person has to approve it." in second.see("/messages?unread=yes")
    assert second.press(page, "approval").location == page
    assert state(town.kavalier, batch) is BatchState.RUNNING


def test_an_undoing_over_the_limit_says_what_it_does(town: Town) -> None:
    """BA-15: whoever is to approve it reads that rows are taken back, not written."""
    page = (desk := ImportDesk(town, town.olha)).imported(OLENA, PETRO)
    with town.kavalier.work(town.anna):
        set_limits({Role.BRAND_OPERATOR: 1})
    with town.kavalier.work(town.olha):
        undoing = begin_undoing(held_batch(desk.batch(page))).id
    confirm(town.kavalier, town.olha, undoing, Role.BRAND_OPERATOR)
    notes = ImportDesk(town, town.anna).see("/messages?unread=yes")
    assert "It takes back 2 rows of a file. A second person has to approve it." in notes


def test_a_second_person_with_a_wrong_password_stays_on_the_page(
    town: Town, monkeypatch: pytest.MonkeyPatch, superuser: psycopg.Connection
) -> None:
    """It was shown as a bulk action of any kind."""
    monkeypatch.setattr("app.bulk.sensitive.MANY", 1)
    with town.kavalier.work(town.anna):
        set_limits({Role.BRAND_OPERATOR: 1})
    desk = ImportDesk(town, town.olha)
    page = desk.checked(OLENA, PETRO)
    desk.press(page, "confirmation")
    second = ImportDesk(town, town.anna)
    superuser.execute(b"UPDATE user_session SET proved_at = now() - interval '1 hour'")
    answer = second.press(page, "approval", password="not this one at all")
    assert answer.status_code == 422
    assert "This is not your password." in text_of(answer)
    assert "All rows of the file" in text_of(answer)
    assert state(town.kavalier, desk.batch(page)) is BatchState.WAITING


def test_who_confirmed_it_does_not_approve_it(town: Town) -> None:
    with town.kavalier.work(town.anna):
        set_limits({Role.BRAND_OPERATOR: 1})
    desk, second = ImportDesk(town, town.olha), ImportDesk(town, town.anna)
    page = desk.checked(OLENA, PETRO)
    desk.press(page, "confirmation")
    form = form_to(second.client.get(page), f"{page}/approval")
    assert send(desk.client, form, {}).status_code in (400, 403)
    assert state(town.kavalier, desk.batch(page)) is BatchState.WAITING


def test_the_same_file_is_known(town: Town) -> None:
    """IM-2: and makes nothing twice."""
    desk = ImportDesk(town, town.anna)
    first = desk.imported(OLENA, PETRO)
    again = desk.checked(OLENA, PETRO)
    shown = desk.see(again)
    assert f"The very same file was imported already: No. {first.rpartition('/')[2]}." in shown
    assert "Every row tells what is known already" in shown
