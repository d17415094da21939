"""Series of coupons: the list, a series with its coupons, making, changing, printing, archiving (LP-8)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flask import flash, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response as BaseResponse

from app.address import takes
from app.db import current_scope
from app.filters import language
from app.form_keys import occasion
from app.lib import formats
from app.loyalty.queries import good_choices
from app.offers.forms import PrintForm, SeriesForm, SeriesSaid
from app.offers.listing import ARGUMENTS, OF_SERIES, CouponList, SeriesList
from app.offers.models import CouponSeries
from app.offers.queries.catalogue import good_names, named
from app.offers.services import series as services
from app.offers.services.issuing import NotIssuedError, TooFewLeftError, hold_series, left_of
from app.offers.views.blueprint import blueprint
from app.offers.views.sections import may_edit, sections
from app.offers.words import brings, series_state, state_names, why_not
from app.period import today
from app.permissions import Permission, requires
from app.web import go, render


@blueprint.get("/coupons")
@requires(Permission.READ_OFFERS)
@takes(*ARGUMENTS)
def all_series() -> BaseResponse:
    return render(
        "offers/all_series.html",
        listed=SeriesList(request.args),
        sections=sections("offers.all_series"),
        may_edit=may_edit(),
        whole_brand=_sees_numbers(),
        left_of=left_of,
    )


@blueprint.get("/coupons/new")
@requires(Permission.EDIT_OFFERS)
def add_series() -> BaseResponse:
    return _show_new(_new_form())


@blueprint.post("/coupons")
@requires(Permission.EDIT_OFFERS)
def create_series() -> BaseResponse:
    form = _new_form()
    if not _taken(form, lambda: services.add_series(form.series())):
        return _show_new(form, 422)
    flash(_("“%(name)s” was added.", name=form.title.data), "success")
    return go(url_for("offers.all_series"))


@blueprint.get("/coupons/<int:series_id>")
@requires(Permission.READ_OFFERS)
@takes(*OF_SERIES)
def series(series_id: int) -> BaseResponse:
    return _show_series(named(CouponSeries, series_id), PrintForm(formdata=None))


@blueprint.post("/coupons/<int:series_id>/printing")
@requires(Permission.EDIT_OFFERS)
def print_coupons(series_id: int) -> BaseResponse:
    row, form = _held(series_id), PrintForm()
    if not form.validate():
        return _show_series(row, form, 422)
    try:
        made = services.print_coupons(row, form.number.data or 0, occasion())
    except NotIssuedError as refused:
        form.number.errors = [why_not(refused.reason)]
        return _show_series(row, form, 422)
    except TooFewLeftError as few:
        form.number.errors = [_("Only %(left)s are left.", left=formats.number(few.left, language()))]
        return _show_series(row, form, 422)
    number = formats.number(made, language())
    flash(ngettext("%(number)s coupon was made.", "%(number)s coupons were made.", made, number=number), "success")
    return go(url_for("offers.series", series_id=row.id))


@blueprint.get("/coupons/<int:series_id>/edit")
@requires(Permission.EDIT_OFFERS)
def edit_series(series_id: int) -> BaseResponse:
    row = named(CouponSeries, series_id)
    form, kept = _form(row)
    form.show(kept)
    return _show_kept(row, form)


@blueprint.post("/coupons/<int:series_id>/edit")
@requires(Permission.EDIT_OFFERS)
def change_series(series_id: int) -> BaseResponse:
    row = _held(series_id)
    form, kept = _form(row)
    if form.is_stale(kept) and (differing := form.kept_words(kept)):
        form.show(kept)
        return _show_kept(row, form, 409, differing)
    if not _taken(form, lambda: services.change_series(row, form.series(row))):
        return _show_kept(row, form, 422)
    flash(_("“%(name)s” was saved.", name=row.title), "success")
    return go(url_for("offers.series", series_id=row.id))


@blueprint.post("/coupons/<int:series_id>/archiving")
@requires(Permission.EDIT_OFFERS)
def archive_series(series_id: int) -> BaseResponse:
    row = _held(series_id)
    services.archive_series(row)
    flash(_("“%(name)s” was archived.", name=row.title), "success")
    return go(url_for("offers.all_series"))


@blueprint.post("/coupons/<int:series_id>/restoration")
@requires(Permission.EDIT_OFFERS)
def restore_series(series_id: int) -> BaseResponse:
    row = _held(series_id)
    services.restore_series(row)
    flash(_("“%(name)s” is in use again.", name=row.title), "success")
    return go(url_for("offers.series", series_id=row.id))


def _held(series_id: int) -> CouponSeries:
    named(CouponSeries, series_id)
    return hold_series(series_id)


def _new_form() -> SeriesForm:
    form = SeriesForm(data={"issue_from": today(), "active": True, "kind": "percent", "code_kind": "unique"})
    form.offer(good_choices())
    return form


def _form(row: CouponSeries) -> tuple[SeriesForm, SeriesSaid]:
    kept = SeriesSaid.of(row)
    form = SeriesForm(obj=kept)
    form.offer(good_choices(), row)
    return form, kept


def _taken(form: SeriesForm, keep: Callable[[], Any]) -> bool:
    """Whether the form was in order and was kept; else what is wrong stands beside its fields."""
    if not form.validate():
        return False
    try:
        keep()
    except services.CodeTakenError:
        form.code.errors = [_("Another series has this code, in use or archived.")]
        return False
    except services.BelowIssuedError as below:
        issued = formats.number(below.issued, language())
        form.number_limit.errors = [_("%(issued)s are issued already.", issued=issued)]
        return False
    return True


def _sees_numbers() -> bool:
    """Numbers of a series are the whole brand's, and so not a location operator's (PR-3)."""
    return current_scope().franchisee_id is None


def _brings(row: CouponSeries) -> str:
    good = good_names([row.good_id]).get(row.good_id) if row.good_id else None
    return brings(row.kind, row.value, good)


def _show_series(row: CouponSeries, form: PrintForm, status: int = 200) -> BaseResponse:
    response = render(
        "offers/series.html",
        series=row,
        said=SeriesSaid.of(row),
        brings=_brings(row),
        state=series_state(row),
        state_words=state_names(),
        listed=CouponList(row, request.args),
        form=form,
        may_edit=may_edit(),
        whole_brand=_sees_numbers(),
        left=left_of(row),
    )
    response.status_code = status
    return response


def _show_new(form: SeriesForm, status: int = 200) -> BaseResponse:
    return _show(form, status, title=_("New series of coupons"), action=url_for("offers.create_series"), kept=())


def _show_kept(
    row: CouponSeries, form: SeriesForm, status: int = 200, kept: Sequence[tuple[str, str]] = ()
) -> BaseResponse:
    archived = row.archived_at is not None
    return _show(
        form,
        status,
        title=row.title,
        series=row,
        brings=_brings(row),
        action=url_for("offers.change_series", series_id=row.id),
        kept=kept,
        archive_href=None if archived else url_for("offers.archive_series", series_id=row.id),
        restore_href=url_for("offers.restore_series", series_id=row.id) if archived else None,
    )


def _show(form: SeriesForm, status: int, **context: Any) -> BaseResponse:
    response = render("offers/series_form.html", form=form, **context)
    response.status_code = status
    return response
