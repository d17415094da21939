"""Tags of a customer: put, changed and taken off by hand, with suggestions of those in use (CP-6)."""

from __future__ import annotations

from flask import flash, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.address import takes
from app.customers.forms.tags import TagForm
from app.customers.models import Customer
from app.customers.queries import customer_named, customer_to_change
from app.customers.services.tagging import MOST_TAGS, TagChangedError, TooManyTagsError, put_tag, remove_tag
from app.customers.tabs import show_tab
from app.customers.tags import tag_keys, tag_values, tags_of
from app.customers.views.blueprint import blueprint
from app.identity import person
from app.permissions import Permission, requires
from app.web import go, render


@blueprint.get("/<int:customer_id>/tags")
@requires(Permission.READ_CUSTOMERS)
def tags(customer_id: int) -> BaseResponse:
    return _show(customer_named(customer_id))


@blueprint.post("/<int:customer_id>/tags")
@requires(Permission.EDIT_CUSTOMERS)
def put(customer_id: int) -> BaseResponse:
    customer, form = customer_to_change(customer_id), TagForm()
    seen = form.seen.data if "seen" in request.form else None
    if not form.validate():
        return _show(customer, form, 422)
    try:
        put_tag(customer, form.key.data, form.value.data, seen)
    except TagChangedError as changed:
        form.value.errors = [_meanwhile(changed, seen)]
        return _show(customer, form, 409)
    except TooManyTagsError:
        form.key.errors = [_("A customer has at most %(number)d tags.", number=MOST_TAGS)]
        return _show(customer, form, 422)
    # Without the words, as they wait in a cookie.
    flash(_("The tag was saved."), "success")
    return go(url_for("customers.tags", customer_id=customer_id))


@blueprint.post("/<int:customer_id>/tags/removal")
@requires(Permission.EDIT_CUSTOMERS)
def remove(customer_id: int) -> BaseResponse:
    customer, form = customer_to_change(customer_id), TagForm()
    try:
        remove_tag(customer, form.key.data or "", form.seen.data or "")
    except TagChangedError as changed:
        form.value.errors = [_meanwhile(changed, form.seen.data)]
        return _show(customer, form, 409)
    flash(_("The tag was removed."), "success")
    return go(url_for("customers.tags", customer_id=customer_id))


@blueprint.get("/tag-values")
@requires(Permission.EDIT_CUSTOMERS)
@takes("key")
def suggest_values() -> BaseResponse:
    return render("customers/profile/_tag_values.html", values=tag_values(request.args.get("key", "")))


def _meanwhile(changed: TagChangedError, seen: str | None) -> str:
    if changed.value is None:
        return _("Someone else removed this tag meanwhile. Save it to put it back.")
    if seen is None:
        return _("The customer has this tag already, as “%(value)s”. Save it to replace that.", value=changed.value)
    return _("Someone else changed this to “%(value)s” meanwhile. Save it to replace that.", value=changed.value)


def _show(customer: Customer, form: TagForm | None = None, status: int = 200) -> BaseResponse:
    """The tab; `form` is what was refused, and stands where it was typed."""
    may_edit = person().may(Permission.EDIT_CUSTOMERS)
    response = show_tab(
        "tags",
        "customers/profile/tags.html",
        customer,
        tag_lines=tags_of(customer.id),
        refused=form,
        keys=tag_keys() if may_edit else [],
        may_edit=may_edit,
    )
    response.status_code = status
    return response
