"""Merging two records of a person: picking the other, comparing, the deed, its undoing (CP-9)."""

from __future__ import annotations

from typing import Any

from flask import flash, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.address import LARGEST, address, takes, whole_number
from app.customers import duplicates as listing
from app.customers import profile
from app.customers.comparing import Comparison, field_label
from app.customers.forms.merging import CandidateForm, MergeForm
from app.customers.models import Customer, CustomerMerge
from app.customers.queries import customer_named, customers_found
from app.customers.registry import CannotUndoError, registry
from app.customers.services.merging import GoneError, facts_of, hold_pair, merge_customers
from app.customers.services.unmerging import as_step, check_undoable, merge_named, merge_to_undo, stays, undo_merge
from app.customers.views.blueprint import blueprint
from app.customers.wording import Wording
from app.db import business_id
from app.errors import Problem
from app.extensions import db
from app.permissions import Permission, requires
from app.web import go, render

MOST_CANDIDATES = 10


@blueprint.get("/<int:customer_id>/merging")
@requires(Permission.MERGE_CUSTOMERS)
@takes("with")
def ask_to_merge(customer_id: int) -> BaseResponse:
    survivor = customer_named(customer_id)
    if "with" not in request.args:
        return _pick(survivor, CandidateForm())
    absorbed = customer_named(whole_number(request.args["with"], "with"))
    if absorbed.id == survivor.id:
        return go(url_for("customers.ask_to_merge", customer_id=customer_id))
    return _compare(Comparison(survivor, absorbed, frozenset()), MergeForm())


@blueprint.post("/<int:customer_id>/merging/candidates")
@requires(Permission.MERGE_CUSTOMERS)
def find_candidates(customer_id: int) -> BaseResponse:
    survivor, form = customer_named(customer_id), CandidateForm()
    if not form.validate():
        return _pick(survivor, form, status=422)
    found = customers_found(form.text.data, MOST_CANDIDATES + 1)
    others = [each for each in found if each.id != customer_id][:MOST_CANDIDATES]
    return _pick(survivor, form, others)


@blueprint.post("/<int:customer_id>/merging")
@requires(Permission.MERGE_CUSTOMERS)
def merge(customer_id: int) -> BaseResponse:
    here, form = customer_named(customer_id), MergeForm()
    ends = here.id, customer_named(min(form.other(), LARGEST)).id
    try:
        survivor, absorbed = hold_pair(*ends)
    except GoneError:
        raise Problem(
            409, _("One of these records was merged or deleted meanwhile."), _("Open the other to see how it is now.")
        ) from None
    compared = Comparison(survivor, absorbed, form.taken())
    if changed := compared.changed_since(form.as_seen()):
        return _compare(compared, form, 409, changed)
    merge_customers(survivor, absorbed, compared.taken)
    flash(_("The records were merged. The overview below has the way back."), "success")
    return go(url_for("customers.profile", customer_id=survivor.id))


@blueprint.get("/<int:customer_id>/merges/<int:merge_id>/undoing")
@requires(Permission.MERGE_CUSTOMERS)
def ask_to_undo(customer_id: int, merge_id: int) -> BaseResponse:
    return _show_undoing(customer_named(customer_id), merge_named(customer_id, merge_id))


@blueprint.post("/<int:customer_id>/merges/<int:merge_id>/undoing")
@requires(Permission.MERGE_CUSTOMERS)
def undo(customer_id: int, merge_id: int) -> BaseResponse:
    customer = customer_named(customer_id)
    try:
        undo_merge(*merge_to_undo(customer_id, merge_id))
    except CannotUndoError:
        return _show_undoing(customer, merge_named(customer_id, merge_id), 409)
    flash(_("The merge was undone."), "success")
    return go(url_for("customers.profile", customer_id=customer_id))


def _pick(
    survivor: Customer, form: CandidateForm, found: list[Customer] | None = None, status: int = 200
) -> BaseResponse:
    return _show(
        "customers/merging/pick.html",
        status,
        customer=profile.identity(survivor),
        form=form,
        found=found,
        alike=listing.alike(survivor.id),
        name_of=profile.full_name,
        action=url_for("customers.find_candidates", customer_id=survivor.id),
        back=url_for("customers.profile", customer_id=survivor.id),
    )


def _compare(
    compared: Comparison, form: MergeForm, status: int = 200, changed: list[dict[str, str]] | None = None
) -> BaseResponse:
    survivor, absorbed = compared.survivor, compared.absorbed
    form.seen.data, form.absorbed.data = compared.seen, str(absorbed.id)
    return _show(
        "customers/merging/compare.html",
        status,
        survivor=profile.identity(survivor),
        absorbed=profile.identity(absorbed),
        compared=compared,
        form=form,
        changed=changed,
        action=url_for("customers.merge", customer_id=survivor.id),
        swap_href=address("customers.ask_to_merge", {"with": str(survivor.id)}, customer_id=absorbed.id),
        back=url_for("customers.profile", customer_id=survivor.id),
    )


def _show_undoing(customer: Customer, merged: CustomerMerge, status: int = 200) -> BaseResponse:
    absorbed = db.session.get_one(Customer, (business_id(), merged.absorbed_id))
    returned: list[tuple[str, str]] = []
    refusal = None
    try:
        check_undoable(merged)
        for step in registry.merging:
            returned += step.foretell(as_step(merged))
    except CannotUndoError as cannot:
        refusal = cannot.words()
    wording = Wording()
    return _show(
        "customers/merging/undoing.html",
        status,
        customer=profile.identity(customer),
        absorbed=profile.identity(absorbed),
        merged_at=merged.at,
        returned=returned,
        refusal=refusal,
        stays=[field_label(wording, name) for name in stays(merged, facts_of(customer))],
        action=url_for("customers.undo", customer_id=customer.id, merge_id=merged.id),
        back=url_for("customers.profile", customer_id=customer.id),
    )


def _show(page: str, status: int, **context: Any) -> BaseResponse:
    response = render(page, help_href=url_for("help.index", _anchor="merging"), **context)
    response.status_code = status
    return response
