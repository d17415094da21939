"""Sales through the API: quoted, made once, listed, read, cancelled (AP-1, TE-2, TE-5, TE-6)."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager

import pytest
from sqlalchemy import func, select

from app.billing.models import Charge
from app.extensions import db
from app.loyalty.rules import Conditions, CouponIssue, DiscountPercent, Gift, PointsPercent
from app.messaging.models import Message
from app.paging import PAGE_SIZE
from app.transactions.models import Source, Transaction, TransactionLine
from tests.api.calling import Program, problem, program
from tests.api.shopping import PHONE
from tests.browsing import text_of
from tests.factories import add_good, add_good_group, add_points, add_rule, add_sale, add_series
from tests.people import Town
from tests.transactions.races import nothing_differs


class TestQuoting:
    def test_it_says_what_a_basket_comes_to_and_writes_nothing(self, town: Town, till: Program, iryna: int) -> None:
        """TE-2, LP-2."""
        with town.kavalier.work():
            add_rule(town.kavalier.program, DiscountPercent(500), name="Five off")
        basket = {"customer_id": iryna, "amount": 10_000, "points": 1_000}
        told = till.post("/quotes", basket, "").get_json()
        assert [told[name] for name in ("total", "discount", "due", "earned")] == [9_500, 500, 8_500, 850]
        assert (told["points_spent"], told["most_points"], told["needs_pin"]) == (1_000, 3_000, False)
        assert told["agreed"] == {"total": 9_500, "points": 1_000, "due": 8_500, "earned": 850, "things": 0}
        assert {each["name"]: each["why"] for each in told["rules"]} == {"Ten": "applied", "Five off": "applied"}
        with town.kavalier.work():
            assert db.session.scalar(select(func.count()).select_from(Transaction)) == 0

    def test_more_than_the_customer_has_is_refused_with_what_it_has(self, till: Program, iryna: int) -> None:
        """TE-3."""
        told = problem(
            till.post("/quotes", {"customer_id": iryna, "amount": 10_000, "points": 9_000}), 409, "too-many-points"
        )
        assert told["most"] == 3_000

    def test_gifts_and_coupons_that_come_with_it_are_named(self, town: Town, till: Program, iryna: int) -> None:
        """LP-2."""
        with town.kavalier.work():
            good, series = add_good("Cookie"), add_series("Next time")
            add_rule(town.kavalier.program, Gift(good), CouponIssue(series), name="Treat")
        told = till.post("/quotes", {"customer_id": iryna, "amount": 10_000}).get_json()
        assert (told["gifts"], told["coupons"], told["agreed"]["things"]) == (["Cookie"], ["Next time"], 1)
        made = till.post("/sales", {"customer_id": iryna, "amount": 10_000, "agreed": told["agreed"]}).get_json()
        assert made["gifts"] == ["Cookie"]
        assert len(made["coupons"]) == 1


class TestSelling:
    def test_it_is_the_sale_that_a_terminal_makes(self, town: Town, till: Program, iryna: int) -> None:
        """AP-1: the same rows, with order source API in the log and in the profile (CP-3, TL-1)."""
        response = till.post("/sales", {"customer_id": iryna, "amount": 12_345, "points": 2_000})
        made = response.get_json()
        assert response.status_code == 201
        assert [made[name] for name in ("total", "due", "earned", "balance")] == [12_345, 10_345, 1_035, 2_035]
        with town.kavalier.work():
            sale = db.session.scalars(select(Transaction)).one()
            assert (sale.id, sale.source, sale.terminal_id, sale.user_id) == (
                *(made["id"], Source.API, town.kavalier.own_terminal, None),
            )
            assert db.session.scalar(select(Charge.subject).where(Charge.kind == 1)) == sale.id
            keys = db.session.scalars(select(Message.dedupe_key).order_by(Message.id)).all()
            assert f"sale:{sale.id}" in keys
        anna = town.browser(town.anna)
        for page in ("/transactions", f"/customers/{iryna}/transactions", "/transactions?source=api"):
            assert "API" in text_of(anna.get(page)), page
        assert response.location.endswith(f"/api/v1/sales/{made['id']}")
        nothing_differs(town.kavalier)

    def test_its_key_is_named_where_salespeople_are(self, town: Town, iryna: int) -> None:
        """PR-4: of a sale, of points by call, and of a cancel in the audit log; to who sees the keys of the brand."""
        shop = town.kavalier
        till = program(shop, terminal_id=shop.franchised_terminal)
        sold = till.post("/sales", {"customer_id": iryna, "amount": 12_345}).get_json()["id"]
        anna, boris = town.browser(town.anna), town.browser(town.boris)
        assert "API key Web shop" in text_of(anna.get(f"/transactions/{sold}"))
        shown = boris.get(f"/transactions/{sold}")
        assert shown.status_code == 200
        assert "Web shop" not in text_of(shown)
        said = {"account_id": shop.wallet, "amount": 100, "reason": "Late"}
        assert till.post(f"/customers/{iryna}/credits", said).status_code == 200
        assert till.post(f"/sales/{sold}/cancellation", {}).status_code == 200
        assert "API key Web shop" in text_of(anna.get("/audit-log?kind=transaction"))
        with shop.work():
            keys = db.session.scalars(select(Transaction.api_key_id)).all()
        assert len(keys) == 2
        assert None not in keys

    def test_goods_go_by_their_codes(self, town: Town, till: Program, iryna: int) -> None:
        """LP-2, LP-6, CT-7: rules for groups know them; the till's own amount comes before the list's price."""
        shop = town.kavalier
        with shop.work():
            group = add_good_group()
            add_good("Flat white", code="K-1", group_id=group)
            add_rule(
                shop.program, DiscountPercent(5_000), name="Half", conditions=Conditions(groups=frozenset({group}))
            )
        lines = [
            {"code": "k-1", "quantity": 2_000},
            {"code": "K-1", "amount": 5_000},
            {"code": "X-9", "name": "Book", "amount": 20_000},
        ]
        made = till.post("/sales", {"customer_id": iryna, "lines": lines}).get_json()
        assert (made["total"], made["discount"]) == (32_000, 12_000)
        with shop.work():
            kept = db.session.scalars(select(TransactionLine).order_by(TransactionLine.number)).all()
            assert [(each.code, each.name, each.quantity, each.gross, each.discount) for each in kept] == [
                ("K-1", "Flat white", 2_000, 19_000, 9_500),
                ("K-1", "Flat white", 1_000, 5_000, 2_500),
                ("X-9", "Book", 1_000, 20_000, 0),
            ]
        nothing_differs(shop)

    def test_the_same_call_twice_is_one_sale(self, town: Town, till: Program, iryna: int) -> None:
        """TE-6, RELIABILITY: in order, and at once."""
        body = {"customer_id": iryna, "amount": 10_000, "points": 1_000}

        def send(_number: int) -> tuple[int, str]:
            answer = Program(till.app, till.secret).post("/sales", body, "order-1")
            return answer.status_code, answer.text

        with ThreadPoolExecutor(8) as pool:
            answers = set(pool.map(send, range(16)))
        assert len(answers) == 1
        problem(till.post("/sales", {**body, "amount": 9_999}, "order-1"), 422, "idempotency-key-reused")
        with town.kavalier.work():
            assert db.session.scalar(select(func.count()).select_from(Transaction)) == 1
        nothing_differs(town.kavalier)

    def test_figures_that_nobody_agreed_to_are_refused_with_the_new_ones(
        self, town: Town, till: Program, iryna: int
    ) -> None:
        """TE-2."""
        basket = {"customer_id": iryna, "amount": 10_000}
        agreed = till.post("/quotes", basket).get_json()["agreed"]
        with town.kavalier.work():
            add_rule(town.kavalier.program, PointsPercent(500), name="More")
        told = problem(till.post("/sales", {**basket, "agreed": agreed}, "order-1"), 409, "quote-changed")
        assert told["quote"]["agreed"] == {**agreed, "earned": 1_500}
        again = till.post("/sales", {**basket, "agreed": told["quote"]["agreed"]}, "order-1")
        assert again.get_json()["earned"] == 1_500

    @pytest.mark.parametrize("goods", [False, True])
    def test_it_takes_few_statements(
        self,
        town: Town,
        till: Program,
        iryna: int,
        count_statements: Callable[[], AbstractContextManager[list[str]]],
        goods: bool,
    ) -> None:
        """PERFORMANCE: at most 12, beside the one that asks whose key it is, which tells the default program, too."""
        with town.kavalier.work():
            add_good("Flat white", code="K-1", group_id=add_good_group())
        sold = {"lines": [{"code": "K-1"}]} if goods else {"amount": 10_000}
        till.post("/sales", {"customer_id": iryna, **sold})
        with count_statements() as sent:
            assert till.post("/sales", {"customer_id": iryna, **sold}).status_code == 201
        most = 12 if goods else 10
        assert len([each for each in sent if "api_key_identity" not in each]) <= most, "\n".join(sent)


class TestReading:
    def test_the_list_tells_what_its_terminal_sold_and_not_to_whom(self, town: Town, till: Program, iryna: int) -> None:
        """AP-1, CT-11: sales of salespeople there too, page by page; none of another Terminal."""
        shop = town.kavalier
        with shop.work():
            there = [add_sale(iryna, shop.own_terminal, 1_000 + number) for number in range(PAGE_SIZE)]
            elsewhere = add_sale(iryna, shop.franchised_terminal, 500)
        made = till.post("/sales", {"customer_id": iryna, "amount": 10_000}).get_json()["id"]
        first = till.get("/sales").get_json()
        second = till.get(f"/sales?cursor={first['next']}").get_json()
        assert [each["id"] for each in first["items"] + second["items"]] == [made, *there[::-1]]
        assert (first["items"][0]["source"], first["items"][1]["source"], second["next"]) == ("api", "store", None)
        assert "customer" not in str(first)
        assert PHONE not in str(first)
        problem(till.get(f"/sales/{elsewhere}"), 404)

    def test_days_narrow_it(self, till: Program, iryna: int) -> None:
        till.post("/sales", {"customer_id": iryna, "amount": 10_000})
        assert len(till.get("/sales?first_day=2020-01-01").get_json()["items"]) == 1
        assert till.get("/sales?last_day=2020-01-01").get_json()["items"] == []
        problem(till.get("/sales?first_day=2020-01-02&last_day=2020-01-01"), 422, "address-wrong")
        problem(till.get("/sales?first_day=yesterday"), 422, "address-wrong")
        problem(till.get("/sales?customer_id=1"), 422, "address-wrong")

    def test_one_has_its_lines_and_rules(self, till: Program, iryna: int) -> None:
        """CP-3."""
        lines = [{"code": "X-9", "name": "Book", "amount": 20_000}]
        made = till.post("/sales", {"customer_id": iryna, "lines": lines}).get_json()
        told = till.get(f"/sales/{made['id']}").get_json()
        assert (told["customer_id"], told["status"], told["due"]) == (iryna, "completed", 20_000)
        assert told["lines"] == [{"code": "X-9", "name": "Book", "quantity": 1_000, "amount": 20_000, "discount": 0}]
        assert [(each["name"], each["why"]) for each in told["rules"]] == [("Ten", "applied")]


class TestCancelling:
    def test_everything_is_as_it_was(self, town: Town, till: Program, iryna: int) -> None:
        """TE-5, PR-4: once, whoever asks again."""
        made = till.post("/sales", {"customer_id": iryna, "amount": 10_000, "points": 1_000}).get_json()["id"]
        told = till.post(f"/sales/{made}/cancellation", None, "cancel-1").get_json()
        assert told["status"] == "cancelled"
        assert till.post(f"/sales/{made}/cancellation", None, "cancel-1").get_json() == told
        problem(till.post(f"/sales/{made}/cancellation", None), 409, "cancelled-before")
        held = till.get(f"/customers/{iryna}/accounts").get_json()["items"]
        assert [each["amount"] for each in held] == [3_000]
        nothing_differs(town.kavalier)
        assert "API key Web shop" in text_of(town.browser(town.anna).get("/audit-log?person=api"))

    def test_what_is_spent_is_told_exactly(self, town: Town, till: Program, iryna: int) -> None:
        """TE-5."""
        made = till.post("/sales", {"customer_id": iryna, "amount": 10_000}).get_json()["id"]
        till.post("/sales", {"customer_id": iryna, "amount": 3_500, "points": 3_500})
        told = problem(till.post(f"/sales/{made}/cancellation", None), 409, "spent-meanwhile")
        assert told["missing"] == [{"account_id": town.kavalier.wallet, "amount": 500}]

    def test_only_the_terminal_that_made_it_cancels_it(self, town: Town, till: Program, iryna: int) -> None:
        """TE-5."""
        with town.kavalier.work():
            add_points(iryna, 100)
            elsewhere = add_sale(iryna, town.kavalier.franchised_terminal, 500)
        problem(till.post(f"/sales/{elsewhere}/cancellation", None), 404)
