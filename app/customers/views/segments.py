"""Segments: the list, saving a filter as one, renaming, changing, deleting (CT-9)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flask import Blueprint, flash, request, url_for
from flask_babel import gettext as _
from flask_babel import pgettext
from werkzeug.wrappers import Response as BaseResponse

from app.address import address, takes
from app.customers.condition_words import described
from app.customers.conditions.nodes import Group, TooLargeError
from app.customers.forms.segments import RemovalForm, SegmentForm, refusal, savable_conditions
from app.customers.models import Segment
from app.customers.registry import registry
from app.customers.saved_filters import kept_as
from app.customers.segments import (
    conditions_of,
    is_changeable,
    lock_segments,
    names_of,
    owner_names,
    savers_of,
    segment_named,
    segments,
    users_of,
)
from app.customers.services import segments as services
from app.db import current_scope
from app.errors import Problem
from app.identity import person
from app.permissions import Permission, requires
from app.web import go, render

blueprint = Blueprint("segments", __name__, url_prefix="/segments")

Versions = list[dict[str, str | None]]


@blueprint.get("")
@requires(Permission.READ_CUSTOMERS)
def index() -> BaseResponse:
    known = segments()
    may_edit = person().may(Permission.EDIT_CUSTOMERS)
    return render(
        "segments/index.html",
        segments=known,
        words={each.id: described(conditions_of(each)) for each in known},
        savers=savers_of(known),
        owners=owner_names() | {None: _("Whole brand")},
        shows_owners=any(each.franchisee_id != current_scope().franchisee_id for each in known),
        changeable={each.id for each in known if may_edit and is_changeable(each)},
        hrefs={each.id: _table_of(each) for each in known},
        acts=_acts_on(known),
        new_href=_builder() if may_edit else None,
    )


@blueprint.get("/new")
@requires(Permission.EDIT_CUSTOMERS)
@takes("f")
def add_segment() -> BaseResponse:
    form = SegmentForm(data={"f": request.args.get("f", "")})
    return _show_new(form, savable_conditions(form.f.data))


@blueprint.post("")
@requires(Permission.EDIT_CUSTOMERS)
def create_segment() -> BaseResponse:
    lock_segments()
    form = SegmentForm()
    conditions = savable_conditions(form.f.data)
    made: list[Segment] = []
    if not _taken(form, lambda: made.append(services.create_segment(form.name.data, conditions))):
        return _show_new(form, conditions, 422)
    flash(_("The segment “%(name)s” was saved.", name=form.name.data), "success")
    return go(_table_of(made[0]))


@blueprint.get("/<int:segment_id>/edit")
@requires(Permission.EDIT_CUSTOMERS)
@takes("f")
def edit_segment(segment_id: int) -> BaseResponse:
    segment = _own(segment_id)
    form = SegmentForm(data={"name": segment.name, "f": request.args.get("f", "")})
    form.show(segment)
    return _show_kept(segment, form, form.new_conditions())


@blueprint.post("/<int:segment_id>/edit")
@requires(Permission.EDIT_CUSTOMERS)
def change_segment(segment_id: int) -> BaseResponse:
    lock_segments()
    segment = _own(segment_id)
    form = SegmentForm()
    new = form.new_conditions()
    if form.is_stale(segment) and (both := _both(segment, form, new)):
        form.show(segment)
        return _show_kept(segment, form, new, 409, both)
    conditions = conditions_of(segment) if new is None else new
    if not _taken(form, lambda: services.change_segment(segment, form.name.data, conditions)):
        return _show_kept(segment, form, new, 422)
    flash(_("The segment “%(name)s” was saved.", name=segment.name), "success")
    return go(url_for("segments.index") if new is None else _table_of(segment))


@blueprint.get("/<int:segment_id>/removal")
@requires(Permission.EDIT_CUSTOMERS)
def ask_to_remove(segment_id: int) -> BaseResponse:
    segment = _own(segment_id)
    form = RemovalForm()
    form.show(segment)
    return _show_removal(segment, form)


@blueprint.post("/<int:segment_id>/removal")
@requires(Permission.EDIT_CUSTOMERS)
def remove_segment(segment_id: int) -> BaseResponse:
    lock_segments()
    segment = _own(segment_id)
    form = RemovalForm()
    if form.is_stale(segment):
        seen = [(pgettext("of a thing", "Name"), form.name.data, segment.name)]
        seen.append((_("Conditions"), form.conditions.data, described(conditions_of(segment))))
        form.show(segment)
        return _show_removal(segment, form, 409, _differing(seen))
    try:
        services.delete_segment(segment)
    except services.InUseError:
        return _show_removal(segment, form, 409)
    flash(_("The segment “%(name)s” was deleted.", name=segment.name), "success")
    return go(url_for("segments.index"))


def _acts_on(known: Sequence[Segment]) -> dict[int, str]:
    """Where an action on all of a segment begins; nothing for who may do none."""
    act = registry.selection_action
    if act is None or not person().may(act.permission):
        return {}
    return {each.id: address(act.asked_at, {"segment": str(each.id)}) for each in known}


def _own(segment_id: int) -> Segment:
    """A segment that this person may change. Raises NotFound, Problem."""
    segment = segment_named(segment_id)
    if not is_changeable(segment):
        raise Problem(
            403,
            _("The segment “%(name)s” is the brand's.", name=segment.name),
            _("You can use it, but not change it: open it, change its conditions, and save them as one of your own."),
        )
    return segment


def _taken(form: SegmentForm, keep: Callable[[], Any]) -> bool:
    """Whether the form was in order and was kept; else what is wrong stands in it."""
    if not form.validate():
        return False
    try:
        keep()
    except services.NameTakenError:
        form.name.errors = [_("Another segment has this name already.")]
        return False
    except (services.CircleError, services.NotSharedError, services.TooManyError, TooLargeError) as error:
        form.form_errors.append(refusal(error))
        return False
    return True


def _both(segment: Segment, form: SegmentForm, new: Group | None) -> Versions:
    """What of the segment this person would replace, beside what was entered; none where both say the same."""
    kept = conditions_of(segment)
    if form.name.data == segment.name and new in (None, kept):
        return []
    entered = described(new) if new is not None else None
    return _differing(
        [(pgettext("of a thing", "Name"), form.name.data, segment.name), (_("Conditions"), entered, described(kept))]
    )


def _differing(versions: Sequence[tuple[str, str | None, str]]) -> Versions:
    return [{"label": label, "mine": mine, "theirs": theirs} for label, mine, theirs in versions if mine != theirs]


def _show_new(form: SegmentForm, conditions: Group, status: int = 200) -> BaseResponse:
    return _show(
        "segments/form.html",
        status,
        title=_("New segment"),
        form=form,
        conditions=described(conditions),
        searching=kept_as(form.f.data).search is not None,
        action=url_for("segments.create_segment"),
        back=address("customers.index", {"f": form.f.data}),
    )


def _show_kept(
    segment: Segment, form: SegmentForm, new: Group | None, status: int = 200, both: Versions | None = None
) -> BaseResponse:
    return _show(
        "segments/form.html",
        status,
        title=segment.name,
        form=form,
        conditions=described(conditions_of(segment)),
        new_conditions=described(new) if new is not None else None,
        both=both,
        saver=savers_of([segment]).get(segment.id),
        saved_at=segment.changed_at,
        action=url_for("segments.change_segment", segment_id=segment.id),
        builder_href=_builder(segment),
        removal_href=url_for("segments.ask_to_remove", segment_id=segment.id),
        back=url_for("segments.index"),
    )


def _show_removal(segment: Segment, form: RemovalForm, status: int = 200, both: Versions | None = None) -> BaseResponse:
    users = users_of(segment.id)
    names = names_of(users)
    return _show(
        "segments/removal.html",
        status,
        segment=segment,
        form=form,
        conditions=described(conditions_of(segment)),
        users=[(names[each.id], url_for("segments.edit_segment", segment_id=each.id)) for each in users],
        both=both,
    )


def _show(page: str, status: int, **context: Any) -> BaseResponse:
    response = render(page, **context)
    response.status_code = status
    return response


def _table_of(segment: Segment) -> str:
    return address("customers.index", {"segment": str(segment.id)})


def _builder(segment: Segment | None = None) -> str:
    """The table with its builder open: empty, or with the conditions of a segment."""
    return address("customers.index", {"segment": str(segment.id)} if segment else {}, {"draft": "new"})
