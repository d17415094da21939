"""axe finds nothing on any page, in both themes, at a desk and on a phone."""

from __future__ import annotations

import pytest

from app.accounts.invitations import invite
from app.customers.conditions.nodes import Condition, Damaged, Group, Joint
from app.customers.saved_filters import Kept, keep
from app.customers.services.merging import hold_pair, merge_customers
from app.lib import dates
from app.lib.images import drawn
from app.links import invitation_link, leave_link, stop_link
from app.loyalty.models import FieldKind
from app.loyalty.rules import AccountAmount, Conditions, PointsPercent
from app.loyalty.services import create_program
from app.loyalty.services.accounts import add_account
from app.messaging.models import Direction, MessageKind, MessageStatus
from app.offers.services import generate_coupons, issue_coupon
from app.offers.services.gift_cards import make_gift_card
from app.permissions import Role
from app.pictures import write as write_picture
from tests.accounts.resetting import given_link
from tests.acts.papers import CUSTOMERS, Jurisdiction, add_act
from tests.browser.axe import axe_faults
from tests.browser.conftest import PageFor
from tests.bulk.batches import do, preview
from tests.factories import (
    add_answer,
    add_customer,
    add_duplicate,
    add_good,
    add_good_group,
    add_import,
    add_message,
    add_offer,
    add_points,
    add_question,
    add_rule,
    add_sale,
    add_segment,
    add_series,
    add_simulated,
    add_template,
    give_offer,
)
from tests.news.writing import add_news
from tests.people import Town
from tests.pictures import two_colours

PAGES = [
    *("/imports", "/imports/new", "/imports/{imported}", "/imports/{imported}/columns", "/imports/{imported}/mending"),
    *("/customers", "/customers?open={customer}", "/customers/{customer}", "/customers/columns", "/points-of-sale"),
    *("/customers/{customer}/loyalty-history", "/customers/{customer}/transactions", "/customers/{customer}/offers"),
    *("/customers/{customer}/transactions/{sale}", "/customers/{customer}/messages/{message}"),
    *("/customers/{customer}/loyalty-history?from=2026-02-01&to=2026-01-01", "/customers/{customer}/messages?after=0"),
    *("/customers/{customer}/edit", "/customers/new", "/customers/{customer}/tags", "/customers/{customer}/erasure"),
    *("/customers/{customer}/personal-data", "/questionnaire", "/questionnaire/questions/new", "/audit-log"),
    *("/goods", "/goods?search=nothing", "/goods/new", "/goods/{good}/edit", "/goods/groups", "/goods/groups/new"),
    *("/segments", "/segments/{segment}/edit", "/segments/{segment}/edit?f={filter}", "/segments/{used}/removal"),
    *("/segments/{segment}/removal", "/segments/new?f={filter}", "/customers?draft=new", "/customers?f={filter}"),
    *("/customers?draft={built}", "/customers?segment={segment}&open={customer}"),
    *(
        "/transactions",
        "/transactions/{sale}",
        "/transactions/{sale}/cancellation",
        "/terminals/{terminal}/salespeople",
        "/transactions?kind=credit",
        "/transactions/sums",
        "/transactions/report",
        "/billing",
        "/billing/charges",
        "/profile/notifications",
        "/billing/charges?kind=sms&price=79",
    ),
    *("/messages", "/messages/{message}", "/messages/{asked}?kind=pin", "/messages?kind=pin", "/messages/customer"),
    *("/messages?customer={customer}", "/messages/sums", "/simulator", "/simulator/{customer}"),
    *("/transactions/report?by=both", "/transactions/report?to=2026-01-01"),
    *("/news", "/news/new", "/news/{news}", "/news?stage=over", "/news?archived=1"),
    *("/offers", "/offers/new", "/offers/{offer}", "/offers?archived=1", "/coupons", "/coupons/new", "/gift-cards"),
    *("/coupons/{series}", "/coupons/{series}/edit", "/coupons/{series}?status=used", "/gift-cards/{card}"),
    *("/gift-cards/new?customer={customer}", "/customers/{customer}/offers?show=coupons"),
    "/customers/{customer}/offers?show=gift-cards",
    *("/programs", "/programs/new", "/programs/{program}", "/programs/{program}/rules/{rule}"),
    *("/programs/{program}/rules", "/programs/{program}/customer-categories", "/programs/{program}/accounts"),
    *("/programs/{program}/accounts/{account}", "/programs/{program}/advanced-settings", "/programs/{empty}/rules"),
    *("/customers/duplicates", "/customers/{customer}/merging", "/customers/{customer}/merging?with={other}"),
    "/customers/{customer}/merges/{merge}/undoing",
    *("/messages/templates", "/messages/templates/new", "/messages/templates/{template}"),
    *("/messages/templates/{template}/removal", "/programs/{program}/notices"),
    *("/bulk-actions", "/bulk-actions/new", "/bulk-actions/new?f={filter}", "/bulk-actions/{draft}"),
    *("/bulk-actions/{draft}/action", "/bulk-actions/{draft}/action?action=credit", "/bulk-actions/{batch}"),
    *(f"/bulk-actions/{{draft}}/action?action={action}" for action in ("coupons", "offers", "news")),
    *("/bulk-actions/{short}", "/bulk-actions/{given}", "/bulk-actions/{told}"),
    *("/bulk-actions/{writing}/action?action=message", "/bulk-actions/{writing}", "/bulk-actions/{writing}?look=2"),
    "/bulk-actions/{writing}/empty-variables",
    "/bulk-actions/{batch}/messages",
    *("/bulk-actions/{batch}/customers", "/settings/bulk-actions", "/customers/{customer}/bulk-action"),
    *("/users", "/users/{user}", "/users?show=invited", "/users?show=disabled", "/users/invitations/new"),
    *("/users/invitations/{invitation}", "/invitations/{invited}", "/settings/sender-names"),
    *("/settings/api-keys", "/settings/api-keys/new", "/settings/api-keys?show=revoked", "/help/api"),
    "/users/second-factor",
    *("/forgotten-password", "/forgotten-password/sent", "/forgotten-password/{reset}"),
    *("/acts", "/acts?search=nothing", "/acts/{act}", "/profile/financial", "/profile/financial?jurisdiction=ru"),
    *("/terminals", "/franchisees", "/settings", "/help", "/customers?sort=nothing", "/businesses"),
    *("/profile", "/profile/security", "/profile/sessions", "/profile/second-factor"),
]


@pytest.fixture
def ids(town: Town) -> dict[str, int | str]:
    """A customer with a name, texts and titles longer than any line."""
    shop = town.kavalier
    with shop.work():
        known = add_customer("Соломія", "Яремчук" * 40, "+380674120855", tags=[("milk", "oat")], cards=["2210"])
        sale = add_sale(known, shop.own_terminal, 23850)
        add_points(known, 31000, days=8)
        add_answer(known, add_question("Як вас знайти" * 20), words="слово" * 60)
        add_question("Молоко", FieldKind.CHOICE, choices=["Вівсяне"])
        failed = {"status": MessageStatus.FAILED, "reason": "No such number" * 20}
        message = add_message(known, "Ранковакава" * 60, title="Запрошення" * 30, **failed)
        add_message(known, ends_at=dates.now())
        question = add_message(known, "Питання" * 60, direction=Direction.IN, kind=MessageKind.NOTICE)
        add_simulated(message, "Ранковакава" * 60)
        for price in (0, 5_000):
            give_offer(known, add_offer("Капучино" * 40, "Будьласка" * 60, price=price))
        good = add_good("Капучино" * 40, group_id=add_good_group("Напої" * 60), code="1" * 64, unit="чашка" * 4)
        used = add_segment("Постійні" * 30, Condition("last_name", "equals", ("Яремчук" * 40,)))
        segment = add_segment("Тих", Condition("segment", "equals", (str(used),)), franchisee=shop.franchisee)
        account = add_account(shop.program, "Подарунковий" * 15, "")
        asked = Conditions(weekdays=frozenset({1, 7}), points_of_sale=frozenset({shop.own_place}), least=10_000)
        rule = add_rule(
            shop.program, PointsPercent(1000), AccountAmount(account, 50), name="Ранок" * 50, conditions=asked
        )
        empty = create_program("Програма" * 30, {"uk": "Програма" * 12})
        new = keep(Kept(conditions=Group(members=(Condition("last_name", "contains", ("Слово" * 100,)),))))
        chosen = Condition("access", "in", ("1", "2"))
        unread = Condition("sales_count", "more", ("Слово" * 100,))
        tag = Condition("tag", "equals", ("Слово" * 60,), "Ключ" * 60)
        inner = Group(Joint.OR, (chosen, Group(Joint.AND, (tag, unread, Damaged()))))
        built = keep(Kept(conditions=Group(members=(Condition("last_at", "between", ("2026-01-01",)), inner))))
        other = add_customer("Соломія" * 20, "Яремчук" * 20, "+380674120856", tags=[("milk", "soy" * 60)])
        merge = merge_customers(*hold_pair(known, add_customer("Соля" * 30)), set())
        add_duplicate(known, other)
        picture = write_picture(drawn(two_colours(300, 900)))
        offer = add_offer("Сніданок" * 12, "Сирники" * 200, picture_id=picture, archived_at=dates.now())
        series = add_series("Знижка" * 16, number_limit=3)
        issue_coupon(series, known, "long")
        generate_coupons(series, 2, "print")
        card = make_gift_card(12_345_678, None, known).id
        news = add_news("Меню" * 25, shop.own_place, shop.franchised_place, text="Сирники" * 200, picture=picture)
        add_news("Обід", day=dates.now().date(), text="")
        imported = add_import(known, town.anna.id, "Клієнтизкаси" * 16)
        texts = dict.fromkeys(("en", "uk"), "{first_name} {card}" + "Ранковакава" * 40)
        template = add_template("Шаблон" * 40, texts=texts, titles={"en": "Запрошення" * 10}, channel="email").id
        invitation = invite("ivan" * 15 + "@example.com", Role.LOCATION_OPERATOR, shop.franchisee, "uk").id
        act = add_act(customer={**CUSTOMERS[Jurisdiction.UA], "legal_name": "Кавалер" * 40})
        links = {"stop": stop_link(known), "leave": leave_link(known, shop.program)}
        links["invited"] = invitation_link(invitation, 1)
    coupons = {"program": shop.program, "series": series, "texts": {}}
    long = {"way": "add", "key": "Ключ" * 15, "value": "Слово" * 40}
    said = {"program": shop.program, "channel": "smart", "titles": {}, "texts": texts, "ends": None}
    ids = {
        "act": act,
        "writing": preview(shop, town.anna, "message", said, [known, other]),
        "draft": preview(shop, town.anna, "tags", long, [known, other]),
        "imported": imported,
        "batch": do(shop, town.anna, "tags", long, [known, other]),
        "short": preview(shop, town.anna, "coupons", coupons, [known, other]),
        "given": preview(shop, town.anna, "offers", {"way": "give", "offer_id": offer}, [known, other]),
        "told": preview(shop, town.anna, "news", {"news": news}, [known, other]),
        "template": template,
        **{name: link.rpartition("/")[2] for name, link in links.items()},
        "reset": given_link(shop.app, town.boris.email).rpartition("/")[2],
        "user": town.boris.id,
        "invitation": invitation,
        "other": other,
        "merge": merge,
        "customer": known,
        "sale": sale,
        "message": message,
        "asked": question,
        "used": used,
        "segment": segment,
        "good": good,
        "news": news,
        "offer": offer,
        "series": series,
        "card": card,
    }
    ids |= {"program": shop.program, "rule": rule, "account": account, "empty": empty}
    return {**ids, "filter": new, "built": built, "terminal": shop.franchised_terminal}


@pytest.mark.parametrize("width", [1440, 390])
def test_axe_finds_nothing(page_for: PageFor, town: Town, ids: dict[str, int], width: int) -> None:
    page = page_for(town.anna, width=width)
    found = {}
    for address in PAGES:
        page.goto(address.format(**ids))
        if faults := axe_faults(page):
            found[address] = faults
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
    assert found == {}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_on_a_customers_pages(page_for: PageFor, ids: dict[str, int], theme: str) -> None:
    page = page_for(None, width=390, color_scheme=theme)
    for address in ("/u/{stop}", "/l/{leave}", "/u/nowhere"):
        page.goto(address.format(**ids))
        assert axe_faults(page) == [], address
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address


def test_axe_finds_nothing_before_signing_in(page_for: PageFor) -> None:
    page = page_for(None)
    for address in ("/login", "/forgotten-password"):
        page.goto(address)
        assert axe_faults(page) == [], address
