"""Users of a business: who sees and changes them, roles, disabling, sessions, the second factor of all (PR-1, PR-5)."""

from __future__ import annotations

import psycopg
import pytest
from flask.testing import FlaskClient

from app.accounts.models import Membership
from app.accounts.services import add_member
from app.accounts.users import change_role, colleague_to_change, disable
from app.extensions import db
from app.permissions import Role
from tests.accounts.apps import set_up
from tests.browsing import form_to, page_of, send, submit, text_of
from tests.people import PASSWORD, Person, Town, hire

PAGE = "/users"


@pytest.fixture
def olha(town: Town) -> str:
    return f"{PAGE}/{town.olha.id}"


def member(town: Town, person: Person) -> Membership:
    with town.kavalier.work():
        found = db.session.get_one(Membership, (town.kavalier.id, person.id))
        db.session.expunge(found)
        return found


def last_line(superuser: psycopg.Connection) -> tuple[str, int, list[str]]:
    row = superuser.execute("SELECT action, subject_id, fields FROM audit_entry ORDER BY id DESC LIMIT 1").fetchone()
    assert row is not None
    return row[0], row[1], sorted(row[2])


class TestList:
    def test_names_everyone_with_role_and_place(self, town: Town, anna: FlaskClient) -> None:
        """PR-5."""
        said = text_of(anna.get(PAGE))
        for words in ("Anna Kovalenko You", "Boris Melnyk", "Podil Partners", "Accountant", "Whole brand"):
            assert words in said
        assert "Oleg" not in said

    def test_a_role_narrows_it(self, town: Town, anna: FlaskClient) -> None:
        said = text_of(anna.get(f"{PAGE}?role=accountant"))
        assert "Vera Sydorenko" in said
        assert "Olha" not in said
        assert "Nobody has this role" in text_of(anna.get(f"{PAGE}?show=disabled&role=admin"))

    @pytest.mark.parametrize("query", ["show=all", "role=king", "page=0", "page=x", "role=admin&role=admin"])
    def test_an_address_that_means_nothing_is_refused(self, town: Town, anna: FlaskClient, query: str) -> None:
        assert anna.get(f"{PAGE}?{query}").status_code == 400

    def test_it_says_who_is_signed_in_now(self, town: Town, anna: FlaskClient, olha: str) -> None:
        assert "Signed in nowhere" in text_of(anna.get(olha))
        town.browser(town.olha)
        assert "Signed in on 1 device" in text_of(anna.get(olha))

    @pytest.mark.parametrize("who", ["olha", "boris", "vera"])
    def test_only_administrators_see_it(self, town: Town, who: str) -> None:
        client = town.browser(town.people[who])
        for page in (PAGE, f"{PAGE}/{town.olha.id}", f"{PAGE}/invitations/new"):
            assert client.get(page).status_code == 403

    def test_users_of_another_business_do_not_exist(self, town: Town, anna: FlaskClient) -> None:
        """PR-1."""
        assert anna.get(f"{PAGE}/{town.oleg.id}").status_code == 404
        form = form_to(anna.get(f"{PAGE}/{town.olha.id}"), f"{PAGE}/{town.olha.id}/disabling")
        for act in ("", "/disabling", "/enabling", "/sessions/ending"):
            form.action, form.values["form_key"] = f"{PAGE}/{town.oleg.id}{act}", []
            assert send(anna, form, {"role": "admin"}).status_code == 404


class TestRole:
    def test_it_holds_at_once_and_is_in_the_audit_log(
        self, town: Town, anna: FlaskClient, olha: str, superuser: psycopg.Connection
    ) -> None:
        """PR-4, PR-5."""
        theirs = town.browser(town.olha)
        assert theirs.get("/customers").status_code == 200
        assert submit(anna, olha, {"role": "accountant"}).status_code == 303
        assert theirs.get("/customers").status_code == 403
        assert theirs.get("/transactions").status_code == 200
        assert last_line(superuser) == ("user.change", town.olha.id, ["role"])
        assert "Brand operator" in text_of(anna.get("/audit-log"))

    def test_a_location_operator_needs_a_franchisee(self, town: Town, anna: FlaskClient, olha: str) -> None:
        """PR-2."""
        refused = submit(anna, olha, {"role": "location_operator", "franchisee_id": ""})
        assert refused.status_code == 422
        assert page_of(refused).find(".//p[@id='franchisee_id-error']") is not None
        chosen = {"role": "location_operator", "franchisee_id": str(town.kavalier.franchisee)}
        assert submit(anna, olha, chosen).status_code == 303
        assert member(town, town.olha).franchisee_id == town.kavalier.franchisee
        back = submit(anna, olha, {"role": "brand_operator", "franchisee_id": str(town.kavalier.franchisee)})
        assert back.status_code == 303
        assert member(town, town.olha).franchisee_id is None

    @pytest.mark.parametrize("values", [{"role": "king"}, {"role": "location_operator", "franchisee_id": "987654"}])
    def test_what_there_is_not_cannot_be_chosen(
        self, town: Town, anna: FlaskClient, olha: str, values: dict[str, str]
    ) -> None:
        assert submit(anna, olha, values).status_code == 422
        assert member(town, town.olha).role == Role.BRAND_OPERATOR

    def test_the_franchisee_of_another_business_cannot_be_chosen(
        self, town: Town, anna: FlaskClient, olha: str
    ) -> None:
        """PR-1."""
        foreign = {"role": "location_operator", "franchisee_id": str(town.teremok.franchisee)}
        assert submit(anna, olha, foreign).status_code == 422

    def test_two_administrators_at_once_see_each_others_choice(self, town: Town, anna: FlaskClient, olha: str) -> None:
        form = form_to(anna.get(olha), olha)
        submit(anna, olha, {"role": "accountant"})
        late = send(anna, form, {"role": "admin"})
        assert late.status_code == 409
        assert "Accountant" in text_of(late)
        assert member(town, town.olha).role == Role.ACCOUNTANT

    def test_who_sells_no_more_leaves_the_terminals(self, town: Town, anna: FlaskClient) -> None:
        """TE-0."""
        till = town.browser(town.sasha)
        assert till.get("/terminal").status_code == 200
        assert submit(anna, f"{PAGE}/{town.sasha.id}", {"role": "accountant"}).status_code == 303
        assert till.get("/terminal").status_code == 303
        assert submit(anna, f"{PAGE}/{town.sasha.id}", {"role": "salesperson"}).status_code == 303
        assert "No Terminal yet" in text_of(anna.get(f"{PAGE}/{town.sasha.id}"))


class TestOneself:
    def test_nobody_changes_the_own_role_or_access(self, town: Town, anna: FlaskClient, olha: str) -> None:
        me = f"{PAGE}/{town.anna.id}"
        assert "This is you" in text_of(anna.get(me))
        form = form_to(anna.get(olha), f"{olha}/disabling")
        for act in ("", "/disabling", "/sessions/ending"):
            form.action, form.values["form_key"] = me + act, []
            assert "Nobody changes their own role" in send(anna, form, {"role": "accountant"}).text
        assert member(town, town.anna).role == Role.ADMIN

    def test_of_two_who_shut_each_other_out_one_remains(self, town: Town) -> None:
        """A business always keeps an administrator: the second finds that it is none any more."""
        second = hire(town.app, "Ivan Franko", town.kavalier.id, Role.ADMIN)
        with town.kavalier.work(town.anna):
            disable(colleague_to_change(second.id))
        with pytest.raises(Exception, match="403"), town.kavalier.work(second):
            disable(colleague_to_change(town.anna.id))
        with pytest.raises(Exception, match="403"), town.kavalier.work(town.olha):
            change_role(colleague_to_change(town.vera.id), Role.ADMIN, None)


class TestDisabling:
    def test_it_shuts_out_at_once_and_can_be_undone(
        self, town: Town, anna: FlaskClient, olha: str, superuser: psycopg.Connection
    ) -> None:
        """PR-5: sessions are revoked when a user is disabled."""
        theirs = town.browser(town.olha)
        assert theirs.get("/customers").status_code == 200
        assert submit(anna, olha, {}, action=f"{olha}/disabling").status_code == 303
        assert last_line(superuser) == ("user.disable", town.olha.id, ["disabled_at"])
        assert theirs.get("/customers").location.startswith("/login")
        assert town.browser(town.olha).get("/customers").location == "/businesses"
        assert "Olha Tkachenko" in text_of(anna.get(f"{PAGE}?show=disabled"))
        assert "Olha Tkachenko" not in text_of(anna.get(PAGE))
        assert submit(anna, olha, {}, action=f"{olha}/enabling").status_code == 303
        assert town.browser(town.olha).get("/customers").status_code == 200

    def test_who_lets_in_again_proves_itself(
        self, town: Town, anna: FlaskClient, olha: str, superuser: psycopg.Connection
    ) -> None:
        """RELIABILITY: as for an invitation; an open panel lets no one in again."""
        submit(anna, olha, {}, action=f"{olha}/disabling")
        superuser.execute("UPDATE user_session SET proved_at = now() - interval '11 minutes'")
        refused = submit(anna, olha, {}, action=f"{olha}/enabling")
        assert refused.status_code == 422
        assert town.browser(town.olha).get("/customers").location == "/businesses"
        assert send(anna, form_to(refused, f"{olha}/enabling"), {"password": PASSWORD}).status_code == 303
        assert town.browser(town.olha).get("/customers").status_code == 200

    def test_elsewhere_the_person_works_on(self, town: Town, anna: FlaskClient, olha: str) -> None:
        """PR-1: a business decides about itself alone."""
        with town.app.app_context():
            add_member(town.teremok.id, town.olha.id, Role.ACCOUNTANT)
        submit(anna, olha, {}, action=f"{olha}/disabling")
        theirs = town.browser(town.olha)
        assert "Teremok" in text_of(theirs.get("/businesses"))
        assert "Kavalier" not in text_of(theirs.get("/businesses"))
        chosen = form_to(theirs.get("/businesses"), "/businesses/current")
        assert send(theirs, chosen, {"to": str(town.kavalier.id)}).status_code == 404

    def test_a_salesperson_loses_terminal_and_code(self, town: Town, anna: FlaskClient) -> None:
        """TE-0."""
        till = town.browser(town.sasha)
        submit(anna, f"{PAGE}/{town.sasha.id}", {}, action=f"{PAGE}/{town.sasha.id}/disabling")
        assert till.get("/terminal").status_code == 303
        assert town.browser(town.sasha).get("/terminal").status_code == 303

    def test_what_they_did_keeps_their_name(self, town: Town, anna: FlaskClient, olha: str) -> None:
        """PR-4."""
        submit(anna, olha, {}, action=f"{olha}/disabling")
        assert "Olha Tkachenko" in text_of(anna.get(f"/audit-log?kind=user&id={town.olha.id}"))

    def test_a_double_click_disables_once(self, town: Town, anna: FlaskClient, olha: str) -> None:
        form = form_to(anna.get(olha), f"{olha}/disabling")
        assert [send(anna, form, {}).status_code for _time in (1, 2)] == [303, 303]
        assert anna.get("/audit-log?action=user.disable").text.count('<li><details class="log-line"') == 1


class TestSessions:
    def test_an_administrator_signs_a_colleague_out(self, town: Town, anna: FlaskClient, olha: str) -> None:
        theirs = [town.browser(town.olha) for _device in range(2)]
        answer = submit(anna, olha, {}, action=f"{olha}/sessions/ending", follow_redirects=True)
        assert "Signed out of 2 devices." in answer.text
        assert all(each.get("/customers").location.startswith("/login") for each in theirs)


class TestSecondFactor:
    def test_it_is_demanded_of_all_and_left_again(
        self, town: Town, anna: FlaskClient, superuser: psycopg.Connection
    ) -> None:
        """PR-5."""

        def demanded() -> bool:
            row = superuser.execute(
                "SELECT second_factor_required FROM business WHERE id = %s", [town.kavalier.id]
            ).fetchone()
            return bool(row and row[0])

        assert "Anna Kovalenko, Boris Melnyk, Olha Tkachenko, Vera Sydorenko" in text_of(
            anna.get(f"{PAGE}/second-factor")
        )
        assert submit(anna, f"{PAGE}/second-factor", {}).status_code == 303
        assert demanded()
        assert last_line(superuser) == ("business.change", town.kavalier.id, ["second_factor_required"])
        assert anna.get(PAGE).location == "/profile/second-factor"

    def test_who_has_one_is_told_in_the_list(self, town: Town, anna: FlaskClient) -> None:
        assert " On " not in text_of(anna.get(f"{PAGE}?role=brand_operator"))
        set_up(town, town.olha)
        assert " On " in text_of(anna.get(f"{PAGE}?role=brand_operator"))


class TestProof:
    """Giving rights asks for the password again, ten minutes after the last proof (RELIABILITY)."""

    def test_a_role_and_an_invitation_need_one(
        self, town: Town, anna: FlaskClient, olha: str, superuser: psycopg.Connection
    ) -> None:
        superuser.execute("UPDATE user_session SET proved_at = now() - interval '11 minutes'")
        asked = submit(anna, olha, {"role": "accountant"})
        assert asked.status_code == 422
        assert member(town, town.olha).role == Role.BRAND_OPERATOR
        who = {"email": "ivan@example.com", "role": "admin"}
        page, sent = f"{PAGE}/invitations/new", f"{PAGE}/invitations"
        assert submit(anna, page, who, action=sent).status_code == 422
        assert submit(anna, f"{PAGE}/second-factor", {}).status_code == 422
        assert submit(anna, olha, {"role": "accountant", "password": PASSWORD}).status_code == 303
        assert submit(anna, page, who, action=sent).status_code == 303
