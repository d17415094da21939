"""The panel of advanced filters without JavaScript: built, mended, applied, cleared, saved (CT-7 to CT-9)."""

from __future__ import annotations

import json
from datetime import datetime

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select, text
from werkzeug.test import TestResponse

from app.customers.conditions.nodes import Condition, Group, Joint
from app.customers.models import Customer, SavedFilter
from app.customers.saved_filters import Kept, keep
from app.extensions import db
from app.loyalty.models import Good
from tests.browsing import form_to, page_of, send, text_of
from tests.customers.looking import looking
from tests.factories import add_customer, add_sale
from tests.people import Town

FILTERS = "/customers/filters"


@pytest.fixture
def crowd(town: Town) -> Town:
    """Ada bought twice, Bo once, Cy never."""
    shop = town.kavalier
    with shop.work():
        for name, times in (("Ada", 2), ("Bo", 1), ("Cy", 0)):
            customer = add_customer(name, "", f"+38067111223{times}")
            for _each in range(times):
                add_sale(customer, shop.own_terminal, 5_000)
    return town


def test_a_filter_is_built_by_buttons_and_applied(anna: FlaskClient, crowd: Town) -> None:
    """CT-7: Show advanced filters, Add a new condition, field and operator, Apply filters."""
    page = anna.get("/customers?draft=new")
    page = press(anna, page, "refresh", {"field-0": "sales_count"})
    page = press(anna, page, "and:", {"value-0": "0"})
    page = press(anna, page, "refresh", {"field-1": "first_name"})
    page = press(anna, page, "apply", {"operator-1": "begins", "value-1": "B"})
    assert names(page) == ["Bo"]
    assert "draft" not in page.request.args
    assert "Number of sales is more than 0" in text_of(page)
    assert "First name starts with “B”" in text_of(page)


def test_or_beside_and_is_grouped_with_and_tighter(anna: FlaskClient, crowd: Town) -> None:
    page = anna.get("/customers?draft=new")
    page = press(anna, page, "refresh", {"field-0": "first_name"})
    page = press(anna, page, "and:", {"value-0": "cy"})
    page = press(anna, page, "refresh", {"field-1": "sales_count"})
    page = press(anna, page, "or:", {"value-1": "0"})
    page = press(anna, page, "refresh", {"field-1": "first_name"})
    assert fields_of(page) == ["field-0-0", "field-0-1", "field-1"]
    page = press(anna, page, "apply", {"value-1": "ADA"})
    assert names(page) == ["Ada"]


@pytest.mark.parametrize("operator", ["equals", "in"])
def test_a_list_too_long_for_a_page_is_shortened(anna: FlaskClient, crowd: Town, operator: str) -> None:
    """CT-7, LP-6: the first thousand are listed, and what was chosen of the others."""
    many = "INSERT INTO good (business_id, name, name_key) SELECT :b, 'Good ' || n, to_char(n, '0000')"
    with crowd.kavalier.work():
        db.session.execute(text(many + " FROM generate_series(1, 1002) n"), {"b": crowd.kavalier.id})
        last = str(db.session.scalar(select(func.max(Good.id))))
        sold = db.session.scalars(select(Customer.id).where(Customer.first_name == "Cy")).one()
        add_sale(sold, crowd.kavalier.own_terminal, 100, goods=[int(last)])
    page = anna.get(f"/customers?f={kept(crowd, Group(members=(Condition('bought_good', operator, (last,)),)))}")
    assert names(page) == ["Cy"]
    drawn = text_of(anna.get(page.request.full_path + "&draft=new"))
    assert "Only the first 1,000 are listed." in drawn
    assert "Good 1000" in drawn
    assert "Good 1001" not in drawn
    assert "Good 1002" in drawn


@pytest.mark.parametrize(
    ("deed", "left"),
    [
        ("remove:-0", {"or": [second := {"field": "last_at", "operator": "exists"}]}),
        ("switch:", {"and": [{"field": "phone", "operator": "exists"}, second]}),
        (
            "group:",
            {
                "or": [
                    {"field": "phone", "operator": "exists"},
                    second,
                    {"and": [{"field": "", "operator": ""}]},
                ]
            },
        ),
    ],
)
def test_buttons_change_the_draft_alone(anna: FlaskClient, crowd: Town, deed: str, left: dict[str, object]) -> None:
    key = kept(crowd, Group(Joint.OR, (Condition("phone", "exists"), Condition("last_at", "exists"))))
    page = press(anna, anna.get(f"/customers?f={key}&draft=new"), deed)
    assert page.request.args["f"] == key
    assert conditions(crowd, page.request.args["draft"]) == left


def test_what_cannot_be_applied_is_said_beside_it_and_nothing_is_lost(anna: FlaskClient, crowd: Town) -> None:
    page = anna.get("/customers?draft=new")
    page = press(anna, page, "and:", {"field-0": "sales_count"})
    page = press(anna, page, "apply", {"value-0": "many"}, follow=False)
    assert page.status_code == 422
    words = text_of(page)
    assert "Enter a number." in words
    assert "Choose a field." in words
    assert form_to(page, FILTERS).values["value-0"] == ["many"]


def test_a_changed_field_forgets_what_was_entered_for_the_other(anna: FlaskClient, crowd: Town) -> None:
    key = kept(crowd, Group(members=(Condition("last_at", "last", ("60",)),)))
    page = anna.get(f"/customers?f={key}&draft=new")
    page = press(anna, page, "refresh", {"operator-0": "equals"})
    assert conditions(crowd, page.request.args["draft"]) == {"and": [{"field": "last_at", "operator": "equals"}]}
    page = press(anna, page, "refresh", {"field-0": "first_name"})
    assert conditions(crowd, page.request.args["draft"]) == {"and": [{"field": "first_name", "operator": "equals"}]}


def test_a_damaged_filter_says_which_part_and_keeps_the_rest(anna: FlaskClient, crowd: Town) -> None:
    """Bad input: it selects nobody until it is mended, and what can be read stays editable."""
    key = keep_raw(crowd, {"and": [{"field": "sales_count", "operator": "more", "values": ["0"]}, 17]})
    page = anna.get(f"/customers?f={key}")
    assert page.status_code == 200
    assert names(page) == []
    assert "This part of the filter is damaged" in text_of(page)
    assert form_to(page, FILTERS).values["value-0"] == ["0"]
    page = press(anna, page, "remove:-1")
    page = press(anna, page, "apply")
    assert names(page) == ["Ada", "Bo"]


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ({"field": "answer_999", "operator": "exists"}, "There is no such field any more."),
        ({"field": "phone", "operator": "tastes"}, "Choose another way to compare."),
        ({"field": "category", "operator": "equals", "values": ["999"]}, "is not there any more"),
        ({"field": "last_at", "operator": "equals", "values": ["soon"]}, "Enter a day"),
    ],
)
def test_a_condition_that_cannot_be_read_says_why(
    anna: FlaskClient, crowd: Town, condition: dict[str, object], words: str
) -> None:
    page = anna.get(f"/customers?f={keep_raw(crowd, {'and': [condition]})}")
    assert page.status_code == 200
    assert names(page) == []
    assert words in text_of(page)


def test_a_search_keeps_the_conditions_and_clearing_keeps_the_search(anna: FlaskClient, crowd: Town) -> None:
    key = kept(crowd, Group(members=(Condition("sales_count", "exists"),)))
    page = anna.get(f"/customers?f={key}")
    # What goes along stands in the page beside the form.
    searched = {"text": "+380671112232", "f": key}
    page = send(anna, form_to(page, "/customers/searches"), searched, follow_redirects=True)
    assert names(page) == ["Ada"]
    assert "Number of sales exists" in text_of(page)
    page = press(anna, page, "clear")
    assert names(page) == ["Ada"]
    assert "Number of sales" not in text_of(page)


def test_the_number_that_match_comes_after_the_panel(anna: FlaskClient, crowd: Town) -> None:
    """CT-8: in all, and for each condition alone."""
    group = Group(members=(Condition("sales_count", "exists"), Condition("first_name", "equals", ("cy",))))
    page = anna.get(f"/customers/filters/matches?draft={kept(crowd, group)}")
    text = " ".join(page.get_data(as_text=True).split())
    assert "<b>0</b> <span>of 3 customers match</span>" in text
    assert "3 fewer than the rows below" in text
    assert alone_counts(page) == {"alone-0": "2", "alone-1": "1"}


def test_the_number_says_when_conditions_are_not_complete(anna: FlaskClient, crowd: Town) -> None:
    key = kept(crowd, Group(members=(Condition("sales_count", "exists"), Condition("", ""))))
    page = anna.get(f"/customers/filters/matches?draft={key}")
    assert "Complete the conditions" in page.get_data(as_text=True)
    assert alone_counts(page)["alone-0"] == "2"


def test_the_drawer_says_why_a_customer_is_included_or_not(anna: FlaskClient, crowd: Town) -> None:
    """CT-8: each condition with the customer's value and whether it held."""
    more = Condition("sales_count", "more", ("1",))
    key = kept(crowd, Group(members=(more, Group(Joint.OR, (Condition("first_name", "in", ("ada", "cy")), more)))))
    ids = customer_ids(crowd)
    held = " ".join(anna.get(f"/customers/summary?id={ids['Ada']}&f={key}").get_data(as_text=True).split())
    assert "Why included?" in held
    assert '<span class="reason-value">2</span>' in held
    lost = " ".join(anna.get(f"/customers/summary?id={ids['Bo']}&f={key}").get_data(as_text=True).split())
    assert "Why not included?" in lost
    assert '<span class="reason-value">1</span>' in lost
    assert '<span class="reason-value">Bo</span>' in lost


def test_htmx_gets_the_panel_alone_and_the_address_of_the_draft(anna: FlaskClient, crowd: Town) -> None:
    page = anna.get("/customers?draft=new")
    form = form_to(page, FILTERS)
    headers = {"HX-Request": "true", "HX-Target": "customers-filters"}
    answer = send(anna, form, {"do": "and:", "field-0": "email"}, headers=headers)
    body = answer.get_data(as_text=True)
    assert 'id="customers-filters"' in body
    assert "<table" not in body
    assert answer.headers["HX-Replace-Url"].startswith("/customers?draft=")
    applied = send(
        anna, form, {"do": "apply", "field-0": "phone", "was-0": "phone", "operator-0": "exists"}, headers=headers
    )
    assert applied.headers["HX-Retarget"] == "#customers-view"
    assert "f=" in applied.headers["HX-Push-Url"]
    assert "<table" in applied.get_data(as_text=True)


@pytest.mark.parametrize(
    ("values", "status"),
    [
        ({"do": "and:-7"}, 400),
        ({"do": "remove:-x"}, 400),
        ({"field-a": "phone"}, 400),
        ({"field" + "-0" * 40: "phone"}, 400),
        ({"f": "unknown"}, 400),
        ({"do": "eat:"}, 303),
        ({"lines-0": "a\n" * 2000, "field-0": "first_name", "operator-0": "in"}, 400),
    ],
)
def test_what_nobody_can_press_is_refused(anna: FlaskClient, crowd: Town, values: dict[str, str], status: int) -> None:
    form = form_to(anna.get("/customers?draft=new"), FILTERS)
    assert send(anna, form, values).status_code == status


def test_too_many_conditions_are_refused_in_words(anna: FlaskClient, crowd: Town) -> None:
    group = Group(members=tuple(Condition("phone", "exists") for _each in range(200)))
    page = anna.get(f"/customers?draft={kept(crowd, group)}")
    page = press(anna, page, "and:")
    assert page.status_code == 400
    assert "at most 200 conditions" in page.get_data(as_text=True)


def test_a_filter_of_another_business_is_unknown(crowd: Town) -> None:
    key = kept(crowd, Group(members=(Condition("phone", "exists"),)))
    oleg = crowd.browser(crowd.oleg)
    for address in (f"/customers?f={key}", f"/customers?draft={key}", f"/customers/filters/matches?draft={key}"):
        assert oleg.get(address).status_code == 400, address


def test_a_draft_lapses_and_what_is_applied_stays(anna: FlaskClient, crowd: Town) -> None:
    page = press(anna, anna.get("/customers?draft=new"), "refresh", {"field-0": "phone", "operator-0": "exists"})
    page = press(anna, page, "refresh", {"operator-0": "exists"})
    key = page.request.args["draft"]
    assert lapses(crowd, key) is not None
    page = press(anna, page, "apply")
    assert page.request.args["f"] == key
    assert lapses(crowd, key) is None


def press(
    client: FlaskClient, page: TestResponse, deed: str, values: dict[str, str] | None = None, *, follow: bool = True
) -> TestResponse:
    """Presses a button of the panel with some fields filled in."""
    form = form_to(page, FILTERS)
    return send(client, form, {"do": deed, **(values or {})}, follow_redirects=follow)


def names(page: TestResponse) -> list[str]:
    return sorted("".join(each.itertext()) for each in page_of(page).iter("a") if each.get("class") == "row-link")


def fields_of(page: TestResponse) -> list[str]:
    found = (each.get("name", "") for each in page_of(page).iter("select"))
    return [name for name in found if name.startswith("field")]


def alone_counts(page: TestResponse) -> dict[str, str]:
    found = [each for each in page_of(page).iter("span") if each.get("class") == "filter-alone"]
    return {each.get("id", ""): "".join(each.itertext()).rpartition(":")[2].strip() for each in found}


def customer_ids(town: Town) -> dict[str, int]:
    with town.kavalier.work():
        return {row.first_name: row.id for row in db.session.execute(select(Customer.first_name, Customer.id))}


def lapses(town: Town, key: str) -> datetime | None:
    with town.kavalier.work():
        return db.session.get_one(SavedFilter, (town.kavalier.id, key)).lapses_at


def kept(town: Town, group: Group) -> str:
    with looking(town, town.anna):
        key = keep(Kept(conditions=group))
        db.session.commit()
    return key


def keep_raw(town: Town, conditions: object) -> str:
    with town.kavalier.work():
        db.session.add(SavedFilter(business_id=town.kavalier.id, key="damaged", conditions={"conditions": conditions}))
    return "damaged"


def conditions(town: Town, key: str) -> object:
    with town.kavalier.work():
        saved = db.session.get_one(SavedFilter, (town.kavalier.id, key))
        return json.loads(json.dumps(saved.conditions["conditions"]))
