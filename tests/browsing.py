"""What a browser does with pages: reads their forms, sends them filled in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

import html5lib
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

BOXES = ("checkbox", "radio")
Values = Mapping[str, str | Sequence[str]]


@dataclass
class Form:
    """A form of a page with what stands in it."""

    action: str
    values: dict[str, list[str]] = field(default_factory=dict)


def page_of(response: TestResponse) -> Element:
    """The page as a tree of elements."""
    return html5lib.parse(response.get_data(as_text=True), namespaceHTMLElements=False)


def forms_of(response: TestResponse) -> list[Form]:
    """The page's POST forms, as a browser would send them untouched."""
    forms = page_of(response).iter("form")
    return [Form(each.get("action", ""), _values(each.iter())) for each in forms if each.get("method") == "post"]


def ways_of(response: TestResponse) -> list[Form]:
    """The page's POST forms with what stands outside of them for them, once for each address that they may go to."""
    page, found = page_of(response), []
    for form in page.iter("form"):
        if form.get("method") != "post":
            continue
        parts = [
            *form.iter(),
            *(each for each in page.iter() if each.get("form") and each.get("form") == form.get("id")),
        ]
        addresses = dict.fromkeys([form.get("action", ""), *(each.get("formaction", "") for each in parts)])
        found += [Form(address, _values(parts)) for address in addresses if address]
    return found


def form_to(response: TestResponse, action: str) -> Form:
    """The page's form that is sent to `action`; fails when there is none."""
    found = [form for form in forms_of(response) if form.action == action]
    assert found, f"No form to {action}; there are {[form.action for form in forms_of(response)]}."
    return found[0]


def submit(
    client: FlaskClient, page: str, values: Values, *, action: str | None = None, **kwargs: object
) -> TestResponse:
    """Opens a page, fills in its form and sends it; the form is the one to `action`, by default to the page itself."""
    return send(client, form_to(client.get(page), action or page), values, **kwargs)


def send(client: FlaskClient, form: Form, values: Values, **kwargs: object) -> TestResponse:
    """Sends a form with some values changed; an empty list leaves a field out, as an unticked box is."""
    return client.post(form.action, data={**form.values, **values}, **kwargs)  # type: ignore[arg-type]


def csrf_token(client: FlaskClient) -> str:
    """The token of this browser, out of a page that everyone may see."""
    response = client.get("/profile", follow_redirects=True)
    return forms_of(response)[0].values["csrf_token"][0]


def text_of(response: TestResponse) -> str:
    """The words of the page's main part, parted by single blanks."""
    main = page_of(response).find(".//main")
    return " ".join(" ".join(main.itertext()).split()) if main is not None else ""


def _values(parts: Iterable[Element]) -> dict[str, list[str]]:
    values: dict[str, list[str]] = {}
    for name, value in _sent(parts):
        values.setdefault(name, []).append(value)
    return values


def _sent(parts: Iterable[Element]) -> Iterator[tuple[str, str]]:
    for control in parts:
        name = control.get("name")
        if not name or control.get("disabled") is not None:
            continue
        if control.tag == "textarea":
            yield name, "".join(control.itertext())
        elif control.tag == "select":
            yield name, _chosen(control)
        elif control.tag == "input" and (
            control.get("type") not in ("checkbox", "radio") or "checked" in control.attrib
        ):
            yield name, control.get("value", "on" if control.get("type") == "checkbox" else "")


def _chosen(select: Element) -> str:
    options = list(select.iter("option"))
    chosen = [option for option in options if option.get("selected") is not None] or options[:1]
    return chosen[0].get("value", "") if chosen else ""
