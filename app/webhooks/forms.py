"""The form of an address: where it is, what it listens to."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

from flask import current_app
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import Field, Form, ValidationError
from wtforms.validators import DataRequired

from app.drawn import DrawnForm
from app.forms import ChecksField, KeptForm, line
from app.lib.outgoing import is_public
from app.webhooks.events import CHOSEN
from app.webhooks.services.signing import new_secret

LONGEST_URL = 500


def public_address(_form: Form, field: Field) -> None:
    """As far as the words of an address tell: what a name leads to is looked at again before each call."""
    parts = _parts(field.data)
    if parts is None or not parts.hostname or parts.username is not None or parts.fragment:
        raise ValidationError(
            _("Enter a whole address such as https://example.com/webhooks, without name or password.")
        )
    if _is_here(parts.hostname) and not current_app.config["REGULARS"].production:
        return
    if parts.scheme != "https":
        raise ValidationError(_("The address must begin with https://."))
    if not _may_be_public(parts.hostname):
        raise ValidationError(_("This address cannot be reached from the internet."))


def some(_form: Form, field: Field) -> None:
    """Unlike DataRequired, it does not make the browser demand each of the boxes."""
    if not field.data:
        raise ValidationError(_("Choose at least one event."))


def _parts(url: str) -> SplitResult | None:
    """None of what is no address of the web."""
    try:
        parts = urlsplit(url)
        readable = url.isascii() and " " not in url
        return parts if readable and parts.scheme in ("https", "http") and parts.port != 0 else None
    except ValueError:
        return None


def _is_here(host: str) -> bool:
    return host in ("localhost", "127.0.0.1", "::1")


def _may_be_public(host: str) -> bool:
    try:
        return is_public(ip_address(host))
    except ValueError:
        return "." in host.strip(".") and not host.rstrip(".").endswith((".localhost", ".local", ".internal"))


class EndpointForm(KeptForm):
    fields = ("url", "label", "events")
    url = line(_l("Address"), DataRequired(_l("Enter an address.")), public_address, longest=LONGEST_URL)
    label = line(
        _l("What it is for"), description=_l("Such as “Online shop”; only your own people see it."), longest=100
    )
    events = ChecksField(
        _l("Events"),
        coerce=int,
        choices=[(int(event), event.type) for event in CHOSEN],
        validators=[some],
    )


class NewEndpointForm(EndpointForm, DrawnForm):
    purpose, draw = "new webhook", staticmethod(new_secret)
