"""The edit form of a customer, and registering a new one (CP-7, CT-12, AC-2)."""

from __future__ import annotations

from typing import Any

from flask import flash, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as BaseResponse

from app.accounts.services import hold_claims, note_taken
from app.address import takes
from app.businesses import queries as places
from app.customers import profile
from app.customers.details import Details, Standing, details_of
from app.customers.forms.details import CustomerForm, customer_form, offer_places
from app.customers.models import Customer
from app.customers.queries import customer_named, customer_to_change, last_change
from app.customers.services import TakenError, change_customer, create_customer, release_category
from app.customers.views.blueprint import blueprint
from app.customers.wording import Wording
from app.filters import language, zone
from app.identity import workplace
from app.lib import formats
from app.permissions import Permission, requires
from app.web import go, own_address, render


@blueprint.get("/<int:customer_id>/edit")
@requires(Permission.EDIT_CUSTOMERS)
@takes("back")
def edit(customer_id: int) -> BaseResponse:
    customer = customer_named(customer_id)
    kept = details_of(customer)
    form = customer_form(kept, Wording(), workplace().country)
    form.show(kept)
    return _show_kept(customer, form)


@blueprint.post("/<int:customer_id>/edit")
@requires(Permission.EDIT_CUSTOMERS)
def change(customer_id: int) -> BaseResponse:
    customer, wording = customer_to_change(customer_id), Wording()
    kept = details_of(customer)
    form = customer_form(kept, wording, workplace().country)
    if _arranged(form):
        return _show_kept(customer, form, 422)
    if not form.validate():
        return _show_kept(customer, form, 422)
    if meanwhile := form.changed_meanwhile(kept):
        both = _both(form, kept, meanwhile, wording)
        return _show_kept(customer, form, 409, both=both, changed_by=last_change(customer_id))
    new = form.details(kept)
    if _waits(form, kept, new):
        return _show_kept(customer, form, 429)
    try:
        change_customer(customer, new)
    except TakenError as taken:
        _explain(form, taken)
        return _show_kept(customer, form, 422)
    # Without the name, as the words wait in a cookie.
    flash(_("The customer was saved."), "success")
    return go(_back(url_for("customers.profile", customer_id=customer_id)))


@blueprint.post("/<int:customer_id>/programs/<int:program_id>/category-release")
@requires(Permission.EDIT_CUSTOMERS)
def release(customer_id: int, program_id: int) -> BaseResponse:
    customer = customer_to_change(customer_id)
    if program_id not in details_of(customer).standings:
        raise NotFound
    release_category(customer, program_id)
    flash(_("From now on the rules give the category."), "success")
    return go(url_for("customers.profile", customer_id=customer_id))


@blueprint.get("/new")
@requires(Permission.EDIT_CUSTOMERS)
@takes("back")
def add() -> BaseResponse:
    return _show_new(_new_form())


@blueprint.post("")
@requires(Permission.EDIT_CUSTOMERS)
def create() -> BaseResponse:
    form = _new_form()
    if _arranged(form):
        return _show_new(form, 422)
    if not form.validate():
        return _show_new(form, 422)
    new, place = form.details(Details()), form.point_of_sale.data
    if _waits(form, Details(), new):
        return _show_new(form, 429)
    try:
        customer_id = create_customer(new, int(place) if place else None)
    except TakenError as taken:
        _explain(form, taken)
        return _show_new(form, 422)
    flash(_("The customer was registered."), "success")
    return go(url_for("customers.profile", customer_id=customer_id))


def _new_form() -> CustomerForm:
    """An empty form, with what the default program gives to newcomers."""
    wording = Wording()
    first = next(each for each in wording.programs if each.is_default)
    begins = Details(standings={first.id: Standing(first.default_access, category_now=first.default_category)})
    form = customer_form(begins, wording, workplace().country, new=True)
    options = [(str(each.id), each.name) for each in places.place_options() if each.archived_at is None]
    offer_places(form, options, obliged=workplace().franchisee_id is not None)
    return form


def _arranged(form: CustomerForm) -> bool:
    """Whether only the lines of cards are to be more or fewer; as nothing is kept by it, the answer is 422.

    So a form that was sent so when its session had ended is shown again as well.
    """
    if "row" not in request.form:
        return False
    form.cards.arrange(request.form["row"])
    return True


def _both(form: CustomerForm, kept: Details, meanwhile: dict[str, bool], wording: Wording) -> list[dict[str, Any]]:
    """Both versions of what someone else saved, in words; what the person left as it was is taken over (CP-7)."""
    mine, theirs = form.details(kept).flat(), kept.flat()
    form.take([name for name, typed in meanwhile.items() if not typed], kept)
    form.show(kept)
    return [
        {
            "label": wording.label(name),
            "mine": wording.words(name, mine[name]) if typed else None,
            "theirs": wording.words(name, theirs.get(name)),
        }
        for name, typed in meanwhile.items()
    ]


def _waits(form: CustomerForm, old: Details, new: Details) -> bool:
    """Whether this person tried too many numbers of customers whom it may not see, said beside what is new (PR-3)."""
    claimed = {"phone": new.phone not in ("", old.phone), "cards": bool(set(new.cards) - set(old.cards))}
    names = [name for name, is_new in claimed.items() if is_new]
    until = hold_claims() if names else None
    if until is None:
        return False
    moment = formats.date_time(until, language(), zone())
    text = _("You entered too many numbers that other customers have. Try again after %(moment)s.", moment=moment)
    for name in names:
        form[name].errors = [text]
    return True


def _explain(form: CustomerForm, taken: TakenError) -> None:
    """Says beside the field who has the phone or card, with a link for who may see that customer.

    Who may not learns that somebody has it, which is as good as a look-up and counts as one.
    """
    if taken.holder is None:
        note_taken()
    if taken.name == "phone":
        text = _("Another customer has this phone.")
    elif len(taken.values) == 1:
        text = _("Another customer has the card %(number)s.", number=taken.values[0])
    else:
        text = _("Another customer has one of these cards.")
    error = Markup("{}").format(text)
    if taken.holder is not None:
        href = url_for("customers.profile", customer_id=taken.holder.id)
        name = profile.full_name(taken.holder) or _("No name")
        error += Markup(' <a class="link" href="{}">{}</a>').format(href, name)
    form[taken.name].errors = [error]


def _show_kept(
    customer: Customer,
    form: CustomerForm,
    status: int = 200,
    both: list[dict[str, Any]] | None = None,
    changed_by: tuple[str, Any] | None = None,
) -> BaseResponse:
    name = profile.full_name(customer) or _("No name")
    href = url_for("customers.profile", customer_id=customer.id)
    return _show(
        form,
        status,
        title=_("Edit customer"),
        path=[(_("Customers"), url_for("customers.index")), (name, href)],
        action=url_for("customers.change", customer_id=customer.id),
        back=_back(href),
        both=both,
        changed_by=changed_by,
    )


def _show_new(form: CustomerForm, status: int = 200) -> BaseResponse:
    index = url_for("customers.index")
    return _show(
        form,
        status,
        title=_("New customer"),
        path=[(_("Customers"), index)],
        action=url_for("customers.create"),
        back=_back(index),
    )


def _show(form: CustomerForm, status: int, **context: Any) -> BaseResponse:
    response = render("customers/form.html", form=form, **context)
    response.status_code = status
    return response


def _back(otherwise: str) -> str:
    """Where the person came from, and returns to."""
    return own_address(request.values.get("back", ""), otherwise)
