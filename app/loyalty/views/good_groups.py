"""Groups of goods: the list, adding, renaming, archiving (LP-6)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flask import flash, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.address import takes
from app.errors import BadAddress, Problem
from app.identity import person
from app.loyalty.forms import GroupForm
from app.loyalty.models import GoodGroup
from app.loyalty.queries import group_named, group_sizes, groups, lock_goods
from app.loyalty.services import goods as services
from app.loyalty.views.blueprint import blueprint
from app.permissions import Permission, requires
from app.web import go, render


@blueprint.get("/goods/groups")
@requires(Permission.READ_LOYALTY)
@takes("archived")
def good_groups() -> BaseResponse:
    asked = request.args.get("archived", "")
    if asked not in ("", "1"):
        raise BadAddress(_("“%(name)s” in this address can only be 1.", name="archived"))
    known = groups()
    in_use = [each for each in known if each.archived_at is None]
    return render(
        "loyalty/good_groups.html",
        groups=[each for each in known if each.archived_at is not None] if asked else in_use,
        sizes=group_sizes(),
        in_archive=bool(asked),
        in_use_count=len(in_use),
        archived_count=len(known) - len(in_use),
        may_edit=person().may(Permission.EDIT_LOYALTY),
    )


@blueprint.get("/goods/groups/new")
@requires(Permission.EDIT_LOYALTY)
def add_good_group() -> BaseResponse:
    return _show_new(GroupForm())


@blueprint.post("/goods/groups")
@requires(Permission.EDIT_LOYALTY)
def create_good_group() -> BaseResponse:
    lock_goods()
    form = GroupForm()
    if not _taken(form, lambda: services.add_group(form.name.data)):
        return _show_new(form, 422)
    flash(_("“%(name)s” was added.", name=form.name.data), "success")
    return go(url_for("loyalty.good_groups"))


@blueprint.get("/goods/groups/<int:good_group_id>/edit")
@requires(Permission.EDIT_LOYALTY)
def edit_good_group(good_group_id: int) -> BaseResponse:
    group = group_named(good_group_id)
    form = GroupForm(obj=group)
    form.show(group)
    return _show_kept(group, form)


@blueprint.post("/goods/groups/<int:good_group_id>/edit")
@requires(Permission.EDIT_LOYALTY)
def change_good_group(good_group_id: int) -> BaseResponse:
    lock_goods()
    group = group_named(good_group_id)
    form = GroupForm(obj=group)
    if form.is_stale(group) and (differing := form.kept_words(group)):
        form.show(group)
        return _show_kept(group, form, 409, differing)
    if not _taken(form, lambda: services.rename_group(group, form.name.data)):
        return _show_kept(group, form, 422)
    flash(_("“%(name)s” was saved.", name=group.name), "success")
    return go(url_for("loyalty.good_groups"))


@blueprint.post("/goods/groups/<int:good_group_id>/archiving")
@requires(Permission.EDIT_LOYALTY)
def archive_good_group(good_group_id: int) -> BaseResponse:
    lock_goods()
    group = group_named(good_group_id)
    try:
        services.archive_group(group)
    except services.InUseError:
        raise Problem(
            409,
            _("There are goods in use in “%(name)s”.", name=group.name),
            _("First archive them, or put them into other groups."),
        ) from None
    flash(_("“%(name)s” was archived.", name=group.name), "success")
    return go(url_for("loyalty.good_groups"))


@blueprint.post("/goods/groups/<int:good_group_id>/restoration")
@requires(Permission.EDIT_LOYALTY)
def restore_good_group(good_group_id: int) -> BaseResponse:
    lock_goods()
    group = group_named(good_group_id)
    try:
        services.restore_group(group)
    except services.NameTakenError:
        raise Problem(
            409,
            _("Another one in use has the name “%(name)s”.", name=group.name),
            _("Give one of them another name, then take this one out of the archive."),
        ) from None
    flash(_("“%(name)s” is in use again.", name=group.name), "success")
    return go(url_for("loyalty.good_groups"))


def _taken(form: GroupForm, keep: Callable[[], Any]) -> bool:
    """Whether the form was in order and was kept; else what is wrong stands beside its fields."""
    if not form.validate():
        return False
    try:
        keep()
    except services.NameTakenError:
        form.name.errors = [_("Another one in use has this name already.")]
        return False
    return True


def _show_new(form: GroupForm, status: int = 200) -> BaseResponse:
    return _show(form, status, title=_("New group"), action=url_for("loyalty.create_good_group"), kept=())


def _show_kept(
    group: GoodGroup, form: GroupForm, status: int = 200, kept: Sequence[tuple[str, str]] = ()
) -> BaseResponse:
    archived = group.archived_at is not None
    return _show(
        form,
        status,
        title=group.name,
        action=url_for("loyalty.change_good_group", good_group_id=group.id),
        kept=kept,
        archive_href=None if archived else url_for("loyalty.archive_good_group", good_group_id=group.id),
        restore_href=url_for("loyalty.restore_good_group", good_group_id=group.id) if archived else None,
    )


def _show(form: GroupForm, status: int, **context: Any) -> BaseResponse:
    path = [(_("Goods and services"), url_for("loyalty.goods")), (_("Groups"), url_for("loyalty.good_groups"))]
    archived = _("This is archived: no goods can be put into it, and what was bought of it stays as it is.")
    response = render("loyalty/good_form.html", form=form, path=path, archived=archived, **context)
    response.status_code = status
    return response
