"""What the pages of all places share: lists by use, forms that are taken or shown again, the archive's question."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response, flash, request, url_for
from flask_babel import gettext as _
from flask_babel.speaklater import LazyString
from werkzeug.wrappers import Response as BaseResponse

from app.businesses import services
from app.businesses.models import Terminal
from app.businesses.queries import place_above
from app.businesses.services import ArchivedAboveError, InUseError, NameTakenError, Place
from app.errors import BadAddress, Problem
from app.forms import KeptForm
from app.identity import person
from app.permissions import Permission
from app.web import go, render


@dataclass(frozen=True)
class Room:
    """One kind of place: how its pages are called, and where they are."""

    title: LazyString
    new_title: LazyString
    many: str
    """The endpoints' word, such as points_of_sale."""
    one: str

    @property
    def href(self) -> str:
        return url_for(f"businesses.{self.many}")

    @property
    def creating(self) -> str:
        return url_for(f"businesses.create_{self.one}")

    def to(self, verb: str, place: Place) -> str:
        """The address of what can be done with one place."""
        ids: dict[str, Any] = {f"{self.one}_id": place.id}
        return url_for(f"businesses.{verb}_{self.one}", **ids)


@dataclass(frozen=True)
class Question:
    """What archiving a place means; `along` are the Terminals that are archived with it."""

    text: str
    button: str | None
    """None when it cannot be archived yet."""
    along: tuple[int, ...] = ()


def show_list(page: str, places: Sequence[Place], **context: Any) -> Response:
    """The places in use, or with ?archived=1 those in the archive. Raises BadAddress."""
    asked = request.args.get("archived", "")
    if asked not in ("", "1"):
        raise BadAddress(_("“%(name)s” in this address can only be 1.", name="archived"))
    archived = [place for place in places if place.archived_at is not None]
    in_use = [place for place in places if place.archived_at is None]
    return render(
        page,
        places=archived if asked else in_use,
        in_archive=bool(asked),
        in_use_count=len(in_use),
        archived_count=len(archived),
        may_edit=person().may(Permission.EDIT_PLACES),
        **context,
    )


def show_new(room: Room, form: KeptForm, status: int = 200) -> Response:
    path = [(room.title, room.href)]
    return _show_form(form, status, path=path, title=room.new_title, action=room.creating)


def show_kept(
    room: Room, form: KeptForm, place: Place, status: int = 200, kept: Sequence[tuple[str, str]] = ()
) -> Response:
    """The form of a place that is there; `kept` is what someone else saved meanwhile."""
    archived = place.archived_at is not None
    return _show_form(
        form,
        status,
        path=[(room.title, room.href), *_above(place)],
        title=place.name,
        action=room.to("change", place),
        kept=kept,
        archive_href=None if archived else room.to("ask_to_archive", place),
        restore_href=room.to("restore", place) if archived else None,
        people_href=url_for("salespeople.index", terminal_id=place.id) if isinstance(place, Terminal) else None,
        kiosks_href=url_for("businesses.kiosks", terminal_id=place.id) if isinstance(place, Terminal) else None,
    )


def create(room: Room, form: KeptForm, keep: Callable[[], None]) -> BaseResponse:
    if not _taken(form, keep):
        return show_new(room, form, 422)
    flash(_("“%(name)s” was added.", name=form.name.data), "success")
    return go(room.href)


def change(room: Room, form: KeptForm, place: Place) -> BaseResponse:
    """Saves a form unless someone else saved meanwhile: then both versions are shown (409), and none is lost."""
    if form.is_stale(place) and (kept := form.kept_words(place)):
        form.show(place)
        return show_kept(room, form, place, 409, kept)
    if not _taken(form, lambda: services.change_place(place, form.values())):
        return show_kept(room, form, place, 422)
    flash(_("“%(name)s” was saved.", name=place.name), "success")
    return go(room.href)


def ask(room: Room, place: Place, question: Question, status: int = 200) -> Response:
    response = render(
        "businesses/archive.html",
        title=_("Archive “%(name)s”?", name=place.name),
        question=question,
        along=_joined(question.along),
        action=room.to("archive", place),
        back=(place.name, room.to("edit", place)),
    )
    response.status_code = status
    return response


def archive(room: Room, place: Place, question: Question) -> BaseResponse:
    """Archives what the person was asked about; asks again (409) when it would be more by now."""
    if request.form.get("along", "") != _joined(question.along):
        return ask(room, place, question, 409)
    try:
        services.archive_place(place)
    except InUseError:
        raise Problem(409, _("“%(name)s” still runs points of sale.", name=place.name), question.text) from None
    flash(_("“%(name)s” was archived.", name=place.name), "success")
    return go(room.href)


def restore(room: Room, place: Place) -> BaseResponse:
    try:
        services.restore_place(place)
    except NameTakenError:
        raise Problem(
            409,
            _("Another one in use has the name “%(name)s”.", name=place.name),
            _("Give one of them another name, then take this one out of the archive."),
        ) from None
    except ArchivedAboveError:
        raise Problem(
            409,
            _("What “%(name)s” belongs to is archived.", name=place.name),
            _("Take that out of the archive first."),
        ) from None
    flash(_("“%(name)s” is in use again.", name=place.name), "success")
    return go(room.to("edit", place))


def _show_form(form: KeptForm, status: int, **context: Any) -> Response:
    response = render("businesses/place_form.html", form=form, **context)
    response.status_code = status
    return response


def _above(place: Place) -> list[tuple[str, str]]:
    """The way to the point of sale that a Terminal stands in."""
    above = place_above(place) if isinstance(place, Terminal) else None
    return [(above.name, url_for("businesses.edit_point_of_sale", point_of_sale_id=above.id))] if above else []


def _taken(form: KeptForm, keep: Callable[[], None]) -> bool:
    """Whether the form was in order and was kept; else what is wrong stands beside its fields."""
    if not form.validate():
        return False
    try:
        keep()
    except NameTakenError:
        form.name.errors = [_("Another one in use has this name already.")]
        return False
    return True


def _joined(ids: Sequence[int]) -> str:
    return ",".join(str(each) for each in ids)
