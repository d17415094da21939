"""Goods and services: the list by group, adding, editing, archiving (LP-6)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flask import flash, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.address import takes
from app.errors import Problem
from app.identity import person
from app.loyalty.forms import GoodForm
from app.loyalty.goods_list import ARGUMENTS, GoodsList
from app.loyalty.models import Good
from app.loyalty.queries import good_named, groups, lock_goods
from app.loyalty.services import goods as services
from app.loyalty.views.blueprint import blueprint
from app.permissions import Permission, requires
from app.web import go, render


@blueprint.get("/goods")
@requires(Permission.READ_LOYALTY)
@takes(*ARGUMENTS)
def goods() -> BaseResponse:
    return render("loyalty/goods.html", listed=GoodsList(request.args), may_edit=person().may(Permission.EDIT_LOYALTY))


@blueprint.get("/goods/new")
@requires(Permission.EDIT_LOYALTY)
def add_good() -> BaseResponse:
    return _show_new(_form())


@blueprint.post("/goods")
@requires(Permission.EDIT_LOYALTY)
def create_good() -> BaseResponse:
    lock_goods()
    form = _form()
    if not _taken(form, lambda: services.add_good(form.good())):
        return _show_new(form, 422)
    flash(_("“%(name)s” was added.", name=form.name.data), "success")
    return go(url_for("loyalty.goods"))


@blueprint.get("/goods/<int:good_id>/edit")
@requires(Permission.EDIT_LOYALTY)
def edit_good(good_id: int) -> BaseResponse:
    good = good_named(good_id)
    form = _form(good)
    form.show(good)
    return _show_kept(good, form)


@blueprint.post("/goods/<int:good_id>/edit")
@requires(Permission.EDIT_LOYALTY)
def change_good(good_id: int) -> BaseResponse:
    lock_goods()
    good = good_named(good_id)
    form = _form(good)
    if form.is_stale(good) and (differing := form.kept_words(good)):
        form.show(good)
        return _show_kept(good, form, 409, differing)
    if not _taken(form, lambda: services.change_good(good, form.good())):
        return _show_kept(good, form, 422)
    flash(_("“%(name)s” was saved.", name=good.name), "success")
    return go(url_for("loyalty.goods"))


@blueprint.post("/goods/<int:good_id>/archiving")
@requires(Permission.EDIT_LOYALTY)
def archive_good(good_id: int) -> BaseResponse:
    lock_goods()
    good = good_named(good_id)
    services.archive_good(good)
    flash(_("“%(name)s” was archived.", name=good.name), "success")
    return go(url_for("loyalty.goods"))


@blueprint.post("/goods/<int:good_id>/restoration")
@requires(Permission.EDIT_LOYALTY)
def restore_good(good_id: int) -> BaseResponse:
    lock_goods()
    good = good_named(good_id)
    try:
        services.restore_good(good)
    except services.GroupArchivedError:
        raise Problem(
            409,
            _("The group of “%(name)s” is archived.", name=good.name),
            _("Take the group out of the archive first, or give this good another one."),
        ) from None
    flash(_("“%(name)s” is in use again.", name=good.name), "success")
    return go(url_for("loyalty.edit_good", good_id=good.id))


def _form(good: Good | None = None) -> GoodForm:
    form = GoodForm(obj=good)
    form.offer(groups(), good.group_id if good else None)
    return form


def _taken(form: GoodForm, keep: Callable[[], Any]) -> bool:
    """Whether the form was in order and was kept; else what is wrong stands beside its fields."""
    if not form.validate():
        return False
    try:
        keep()
    except services.CodeTakenError:
        form.code.errors = [_("Another good has this code, in use or archived.")]
        return False
    return True


def _show_new(form: GoodForm, status: int = 200) -> BaseResponse:
    return _show(form, status, title=_("New good or service"), action=url_for("loyalty.create_good"), kept=())


def _show_kept(good: Good, form: GoodForm, status: int = 200, kept: Sequence[tuple[str, str]] = ()) -> BaseResponse:
    archived = good.archived_at is not None
    return _show(
        form,
        status,
        title=good.name,
        action=url_for("loyalty.change_good", good_id=good.id),
        kept=kept,
        archive_href=None if archived else url_for("loyalty.archive_good", good_id=good.id),
        restore_href=url_for("loyalty.restore_good", good_id=good.id) if archived else None,
    )


def _show(form: GoodForm, status: int, **context: Any) -> BaseResponse:
    path = [(_("Goods and services"), url_for("loyalty.goods"))]
    archived = _("This is archived: the Terminal does not offer it, and past sales of it stay as they are.")
    response = render("loyalty/good_form.html", form=form, path=path, archived=archived, **context)
    response.status_code = status
    return response
