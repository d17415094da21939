"""The panel in English, Ukrainian and Russian: nothing untranslated, nothing in English alone (I18-1)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from xml.etree.ElementTree import Element

import pytest
from babel.messages.catalog import Catalog
from flask import Flask
from flask.testing import FlaskClient
from flask_babel import force_locale, ngettext
from werkzeug.test import TestResponse

from app.customers.asking import fields
from app.customers.conditions.nodes import Condition, Damaged, Group, Joint, Operator
from app.customers.saved_filters import Kept, keep
from app.locale import LANGUAGES
from app.messaging.models import MessageKind
from tests.browsing import page_of, submit
from tests.customers.looking import looking
from tests.factories import add_customer, add_message, add_offer, add_points, add_sale, add_segment, give_offer
from tests.people import Town
from tests.wording import ROOT, SPOKEN, faults, gathered, translations, ungathered_marks, unmarked, unmarked_calls

FOREIGN = [language for language in LANGUAGES if language != "en"]
LETTERS = {"uk": "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя", "ru": "абвгдеёжзийклмнопрстуфхцчшщъыьэюя"}
# What people of the tests are called stands on every page as it is.
DATA = [
    "Regulars",
    *("WELCOME10", "JPEG", "PNG", "WebP", "CSV", "UTF-8", "UTF-16", "Windows-1251"),
    "Kavalier Club",
    "Kavalier",
    "Podil Partners",
    "Podil",
    "Pechersk",
    "New Customers",
    "Anna Kovalenko",
    "AK",
    *("SMS", "SMART", "PIN", "Viber", "push", "JSON", "API"),
]
PAGES = ["/customers", "/customers?sort=name", "/customers/columns", "/points-of-sale", "/points-of-sale/new"]
PAGES += ["/customers/new", "/questionnaire", "/questionnaire?archived=1", "/questionnaire/questions/new"]
PAGES += [
    "/customers?draft=new",
    "/segments",
    "/goods",
    "/goods/new",
    "/goods/groups",
    "/goods/groups/new",
    "/offers",
    "/offers/new",
    "/coupons",
    "/coupons/new",
    "/gift-cards",
    "/gift-cards/new",
]
PAGES += ["/programs", "/programs/new", "/programs/1/rules/new"]
PAGES += [f"/programs/1{tab}" for tab in ("", "/rules", "/customer-categories", "/accounts", "/advanced-settings")]
PAGES += ["/messages/templates"]
PAGES += ["/settings/api-keys", "/settings/api-keys/new"]
PAGES += ["/imports", "/imports/new"]
PAGES += [
    "/forgotten-password",
    "/forgotten-password/sent",
    "/users/invitations/new",
    "/users?show=invited",
    "/users?show=disabled",
]
PAGES += ["/terminals", "/terminals/new", "/franchisees", "/franchisees/new", "/no-such-page"]
PAGES += [f"/profile{page}" for page in ("", "/security", "/sessions", "/second-factor")]


@pytest.mark.parametrize("language", FOREIGN)
def test_every_text_is_translated(language: str) -> None:
    """I18-1: no translation is missing, uncertain, left over, or has other placeholders than its text."""
    assert faults(gathered(), translations(language)) == []


@pytest.mark.parametrize(
    ("translated", "fault"),
    [
        ({}, "missing"),
        ({"string": ""}, "missing"),
        ({"string": "Привіт, %(name)s", "flags": ["fuzzy"]}, "fuzzy"),
        ({"string": "Привіт"}, "other placeholders"),
        ({"string": "Привіт, %(nmae)s"}, "other placeholders"),
        ({"string": "Привіт, %(name)"}, "other placeholders"),
    ],
)
def test_a_bad_translation_is_found(translated: dict[str, object], fault: str) -> None:
    texts, catalogue = Catalog(), Catalog("uk")
    texts.add("Hello, %(name)s")
    if translated:
        catalogue.add("Hello, %(name)s", **translated)
    assert [each.split(":")[0] for each in faults(texts, catalogue)] == [fault]


@pytest.mark.parametrize(
    ("forms", "fault"),
    [
        (("%(n)s бал", "%(n)s бали"), "plural forms missing"),
        (("%(n)s бал", "%(n)s бали", ""), "missing"),
        (("бал", "%(n)s бали", "%(n)s балів"), "other placeholders"),
    ],
)
def test_bad_plural_forms_are_found(forms: tuple[str, ...], fault: str) -> None:
    texts, catalogue = Catalog(), Catalog("uk")
    texts.add(("%(n)s point", "%(n)s points"))
    catalogue.add(("%(n)s point", "%(n)s points"), forms)
    assert [each.split(":")[0] for each in faults(texts, catalogue)] == [fault]


def test_a_left_over_translation_is_found() -> None:
    catalogue = Catalog("uk")
    catalogue.add("Gone", "Зникло")
    assert faults(Catalog(), catalogue) == ["obsolete: “Gone” ()"]


@pytest.mark.parametrize("language", FOREIGN)
def test_letters_and_quotes_are_of_the_language(language: str) -> None:
    """I18-1: no ы in Ukrainian, no і in Russian, no Latin look-alike within a word, quotes «so»."""
    said = " ".join(_sayings(translations(language)))
    cyrillic = set(re.findall(r"[\u0400-\u04ff]", said.lower()))
    assert cyrillic <= set(LETTERS[language])
    assert re.findall(r"\w*(?:[a-z][\u0400-\u04ff]|[\u0400-\u04ff][a-z])\w*", said, re.IGNORECASE) == []
    assert re.findall(r"[\"“”'`]", said) == []


@pytest.mark.parametrize(
    ("language", "forms"),
    [
        ("en", ["1 day ago", "2 days ago", "5 days ago", "11 days ago", "21 days ago", "22 days ago"]),
        ("uk", ["1 день тому", "2 дні тому", "5 днів тому", "11 днів тому", "21 день тому", "22 дні тому"]),
        ("ru", ["1 день назад", "2 дня назад", "5 дней назад", "11 дней назад", "21 день назад", "22 дня назад"]),
    ],
)
def test_numbers_take_their_plural_form(shared_app: Flask, language: str, forms: list[str]) -> None:
    """I18-1: one, few and many."""
    with shared_app.test_request_context(), force_locale(language):
        said = [ngettext("%(number)s day ago", "%(number)s days ago", n, number=n) for n in (1, 2, 5, 11, 21, 22)]
    assert said == forms


def test_templates_have_no_unmarked_words() -> None:
    """I18-1: what a template shows is marked for translation, or a name."""
    found = {path.name: unmarked(path.read_text()) for path in (ROOT / "templates").rglob("*.html")}
    assert {name: words for name, words in found.items() if words} == {}


def test_modules_show_no_unmarked_sentences() -> None:
    """But for the API, which speaks English (docs/decisions.md)."""
    modules = [
        path for path in (ROOT / "app").rglob("*.py") if path.parent.relative_to(ROOT).parts[:2] != ("app", "api")
    ]
    found = {path.name: unmarked_calls(path.read_text()) for path in modules}
    assert {name: sentences for name, sentences in found.items() if sentences} == {}


def test_every_mark_is_gathered() -> None:
    """A text under another name of gettext would be gathered by nobody, and stay English."""
    found = {path.name: ungathered_marks(path.read_text()) for path in (ROOT / "app").rglob("*.py")}
    assert {name: marks for name, marks in found.items() if marks} == {}
    assert ungathered_marks("from flask_babel import gettext as translated") == {"translated"}


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ("<p>Save {{ name }}</p>", ["Save"]),
        ("<p>{{ _('Save') }}</p>{# Save #}", []),
        ('<a title="Open" href="/open">{{ icon(\'open\') }}</a>', ["Open"]),
        ('<input placeholder="{{ _("Name") }} or phone" class="wide">', ["or", "phone"]),
        ('{% set start %}" aria-label="Select {% endset %}<p{{ start }}>1&nbsp;000</p>', ["Select"]),
        ("{{ button('Save changes', kind='primary') }}", ["Save changes"]),
        ("{{ button(_('Save changes') if new else 'Keep them', 'primary') }}", ["Keep them"]),
        ("{{ ngettext('One row', 'Many rows', count) }}", []),
        ("<h1{% if hot %} class='hot'{% endif %}>Regulars</h1>", []),
    ],
)
def test_unmarked_words_are_found(template: str, words: list[str]) -> None:
    assert unmarked(template) == words


def test_unmarked_sentences_are_found() -> None:
    source = "flash('It was saved.', 'success'); flash(_('It was saved.')); StringField(label='Name', name='Name_')"
    assert unmarked_calls(source) == ["It was saved.", "Name"]


@pytest.mark.parametrize("language", FOREIGN)
def test_sign_in_speaks_the_browsers_language(client: FlaskClient, language: str) -> None:
    """I18-1: before anyone is known, by what the browser asks for."""
    response = client.get("/login", headers={"Accept-Language": f"de;q=0.9, {language};q=0.8, en;q=0.7"})
    assert page_of(response).get("lang") == language
    assert _english(response) == []


@pytest.mark.parametrize("language", FOREIGN)
@pytest.mark.parametrize("path", PAGES)
def test_pages_have_no_english_left(town: Town, path: str, language: str) -> None:
    """I18-1: words, labels and titles, once the person has chosen the language."""
    with town.kavalier.work():
        add_customer("Олена", "Коваль", "+380674120855")
    browser = _speaking(town, language)
    response = browser.get(path)
    assert page_of(response).get("lang") == language
    assert _english(response) == []


@pytest.mark.parametrize("language", FOREIGN)
def test_a_customers_pages_have_no_english_left(town: Town, language: str) -> None:
    with town.kavalier.work():
        olena = add_customer("Олена", "Коваль", "+380674120855", cards=["2210 0458"])
        add_sale(olena, town.kavalier.own_terminal, 12345, points_earned=1200)
        add_points(olena, 128400, days=8)
        sale = add_sale(olena, town.kavalier.own_terminal, 500, points_earned=100)
        message = add_message(olena, "", kind=MessageKind.PIN, ends_at=datetime(2020, 1, 1, tzinfo=UTC))
        give_offer(olena, add_offer("", ""))
    browser = _speaking(town, language)
    tabs = ("loyalty-history", "transactions", f"transactions/{sale}", "messages", f"messages/{message}", "offers")
    forms = ("edit", "tags", "erasure", "personal-data")
    profile = [f"/customers/{olena}", *(f"/customers/{olena}/{tab}" for tab in (*tabs, *forms))]
    for path in (*profile, f"/customers?open={olena}", "/customers/count", "/customers/sums"):
        assert _english(browser.get(path), "Flat white", "Viber", "SMS", "API", "PIN") == [], path


@pytest.mark.parametrize("language", FOREIGN)
def test_empty_tabs_have_no_english_left(town: Town, language: str) -> None:
    with town.kavalier.work():
        olena = add_customer("Олена", "Коваль")
    browser = _speaking(town, language)
    for tab in ("loyalty-history", "transactions", "messages", "offers", "tags"):
        assert _english(browser.get(f"/customers/{olena}/{tab}"), "API") == [], tab
    for tab in ("loyalty-history", "transactions"):
        for query in ("from=2020-01-01", "from=2020-01-02&to=2020-01-01"):
            assert _english(browser.get(f"/customers/{olena}/{tab}?{query}"), "API") == [], tab


@pytest.mark.parametrize("language", FOREIGN)
def test_filters_have_no_english_left(town: Town, language: str) -> None:
    """I18-1, CT-7, CT-8: everything that can be asked of every field, being built, applied, and why."""
    with looking(town, town.anna):
        names = list(fields())
    with town.kavalier.work():
        olena = add_customer("Олена", "Коваль")
        asked = [Condition(name, operator, ("1", "2"), "кава") for name in names for operator in Operator]
        group = Group(Joint.OR, (Group(members=(*asked[:2], Damaged())), *(Group(members=(each,)) for each in asked)))
        broken, twice = keep(Kept(conditions=group)), Condition("sales_count", "less", ("2",))
        applied = keep(Kept(conditions=Group(members=(twice, Group(Joint.OR, (twice, twice)), twice))))
    browser = _speaking(town, language)
    whole = f"/customers?f={applied}"
    pages = [f"/customers?f={broken}", whole, f"{whole}&draft=new", f"{whole}&open={olena}"]
    pages += [f"/customers/filters/matches?f={key}&draft=new" for key in (broken, applied)]
    for path in pages:
        assert _english(browser.get(path)) == [], path


@pytest.mark.parametrize("language", FOREIGN)
def test_segments_have_no_english_left(town: Town, language: str) -> None:
    """I18-1, CT-9."""
    with town.kavalier.work():
        used = add_segment("Постійні", Condition("sales_count", "more", ("1",)))
        add_segment("Інші", Condition("segment", "differs", (str(used),)))
        key = keep(Kept(conditions=Group(members=(Condition("segment", "in", (str(used),)),))))
    browser = _speaking(town, language)
    edit, removal = f"/segments/{used}/edit", f"/segments/{used}/removal"
    paths = ["/segments", edit, removal, f"{edit}?f={key}", f"/segments/new?f={key}"]
    for path in (*paths, f"/customers?segment={used}&draft=new", "/customers/segment-counts"):
        assert _english(browser.get(path)) == [], path
    circle = submit(browser, f"{edit}?f={key}", {"name": "Інші"}, action=edit)
    assert circle.status_code == 422
    assert _english(circle) == []


@pytest.mark.parametrize("language", FOREIGN)
def test_the_audit_log_has_no_english_left(town: Town, language: str) -> None:
    """I18-1, PR-4: actions and fields too."""
    browser = _speaking(town, language)
    data = [*(person.name for person in town.people.values()), "UAH", "UA", "Europe/Kyiv", "kavalier"]
    for path in ("/audit-log", "/audit-log?action=customer.erase"):
        assert _english(browser.get(path), *data) == []


@pytest.mark.parametrize("language", FOREIGN)
def test_refusals_have_no_english_left(town: Town, language: str) -> None:
    """I18-1: what a form or an address is refused for is said in the person's language too."""
    browser = _speaking(town, language)
    refused = submit(browser, "/points-of-sale/new", {"name": "", "franchisee_id": "9"}, action="/points-of-sale")
    assert refused.status_code == 422
    assert _english(refused) == []
    assert _english(browser.get("/customers?sort=9"), "9") == []
    wrong = {"phone": "1", "email": "x", "birthday": "1800-01-01", "cards": ["9" * 65]}
    assert _english(submit(browser, "/customers/new", wrong, action="/customers"), "com") == []
    question = {"name": "", "kind": "choice"}
    asked = submit(browser, "/questionnaire/questions/new", question, action="/questionnaire/questions")
    assert _english(asked) == []


@pytest.mark.parametrize(
    ("language", "amount", "day"),
    [
        ("en", "12,345.67", "5 Mar 2024"),
        ("uk", "12\u00a0345,67", "5 бер. 2024"),
        ("ru", "12\u00a0345,67", "5 мар. 2024"),
    ],
)
def test_figures_follow_the_language(town: Town, language: str, amount: str, day: str) -> None:
    """I18-1: the same sale as each language writes numbers and dates."""
    with town.kavalier.work():
        add_sale(add_customer(), town.kavalier.own_terminal, 1234567, datetime(2024, 3, 5, 10, tzinfo=UTC))
    page = page_of(_speaking(town, language).get("/customers"))
    row = "".join(page.find(".//tbody/tr").itertext())  # type: ignore[union-attr]
    assert amount in row
    assert day in row


def _speaking(town: Town, language: str) -> FlaskClient:
    """Anna's browser, after she chose the language in her profile."""
    browser = town.browser(town.anna)
    assert submit(browser, "/profile", {"language": language}, action="/profile/language").status_code == 303
    return browser


def _sayings(catalogue: Catalog) -> Iterator[str]:
    for message in catalogue:
        if message.id:
            strings = message.string if isinstance(message.string, tuple) else (message.string,)
            yield from (re.sub(r"%\(\w+\)[a-z]|\{\w+\}", " ", string) for string in strings)


def _english(response: TestResponse, *data: str) -> list[str]:
    """The Latin words of a page that are neither data nor in an element of another language."""
    said = " ".join(_said(page_of(response)))
    for words in [*DATA, *data]:
        said = said.replace(words, " ")
    return re.findall(r"[A-Za-z]{2,}", re.sub(r"\S+@\S+", " ", said))


def _said(element: Element) -> Iterator[str]:
    yield from (value for name, value in element.items() if name in SPOKEN)
    yield element.text or ""
    for child in element:
        if child.get("lang") is None and child.tag not in ("script", "style", "kbd"):
            yield from _said(child)
        yield child.tail or ""
