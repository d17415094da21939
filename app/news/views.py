"""News: the list, writing, publishing, archiving (LP-9)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, flash, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.address import takes
from app.businesses.queries import points_of_sale
from app.db import current_scope
from app.errors import Problem
from app.filters import language
from app.news import services
from app.news.forms import NewsForm
from app.news.listing import ARGUMENTS, NewsList
from app.news.models import News, Wording
from app.news.queries import choosable_places, is_changeable, news_named, news_to_change, shown_among, today
from app.news.services import NewsValues
from app.news.words import stage_names
from app.permissions import Permission, requires
from app.web import go, render

blueprint = Blueprint("news", __name__, url_prefix="/news")


@blueprint.get("")
@requires(Permission.EDIT_NEWS)
@takes(*ARGUMENTS)
def index() -> BaseResponse:
    return render("news/index.html", listed=NewsList(request.args), stages=stage_names())


@blueprint.get("/new")
@requires(Permission.EDIT_NEWS)
def add_news() -> BaseResponse:
    return _show_new(_new_form())


@blueprint.post("")
@requires(Permission.EDIT_NEWS)
def create_news() -> BaseResponse:
    form = _new_form()
    if not form.validate():
        return _show_new(form, 422)
    news = services.add_news(form.news())
    flash(_("“%(name)s” was added.", name=_title(news)), "success")
    return go(url_for("news.index"))


@blueprint.get("/<int:news_id>")
@requires(Permission.EDIT_NEWS)
def edit_news(news_id: int) -> BaseResponse:
    news = news_named(news_id)
    kept = NewsValues.of(news)
    form = _form(news, kept)
    form.show(kept)
    return _show_kept(news, form) if is_changeable(news) else _show_read(news, form)


@blueprint.post("/<int:news_id>")
@requires(Permission.EDIT_NEWS)
def change_news(news_id: int) -> BaseResponse:
    news = _own(news_id)
    kept = NewsValues.of(news)
    form = _form(news, kept)
    if form.is_stale(kept) and (differing := form.kept_words(kept)):
        form.show(kept)
        return _show_kept(news, form, 409, differing)
    if not form.validate():
        return _show_kept(news, form, 422)
    services.change_news(news, form.news())
    flash(_("“%(name)s” was saved.", name=_title(news)), "success")
    return go(url_for("news.index"))


@blueprint.post("/<int:news_id>/archiving")
@requires(Permission.EDIT_NEWS)
def archive_news(news_id: int) -> BaseResponse:
    news = _own(news_id)
    services.archive_news(news)
    flash(_("“%(name)s” was archived.", name=_title(news)), "success")
    return go(url_for("news.index"))


@blueprint.post("/<int:news_id>/restoration")
@requires(Permission.EDIT_NEWS)
def restore_news(news_id: int) -> BaseResponse:
    news = _own(news_id)
    services.restore_news(news)
    flash(_("“%(name)s” is in use again.", name=_title(news)), "success")
    return go(url_for("news.edit_news", news_id=news.id))


def _own(news_id: int) -> News:
    """A news item that this person may change, held. Raises NotFound, Problem."""
    news = news_to_change(news_id)
    if not is_changeable(news):
        raise Problem(
            403,
            _("The news item “%(name)s” is the brand's.", name=_title(news)),
            _("You can read it, but not change it: write one of your own for your points of sale."),
        )
    return news


def _new_form() -> NewsForm:
    form = NewsForm(data={"first_day": today()})
    form.offer(choosable_places(current_scope().franchisee_id))
    return form


def _form(news: News, kept: NewsValues) -> NewsForm:
    """With the places that can be chosen, and those that are."""
    form = NewsForm(obj=kept)
    choosable = {each.id for each in choosable_places(news.franchisee_id)}
    form.offer([each for each in points_of_sale() if each.id in choosable.union(kept.points_of_sale)])
    return form


def _title(news: News) -> str:
    return news.wording(language()).title


def _show_new(form: NewsForm, status: int = 200) -> BaseResponse:
    return _show(form, status, title=_("Write news"), action=url_for("news.create_news"), kept=())


def _show_kept(news: News, form: NewsForm, status: int = 200, kept: Sequence[tuple[str, str]] = ()) -> BaseResponse:
    archived = news.archived_at is not None
    return _show(
        form,
        status,
        title=_title(news),
        action=url_for("news.change_news", news_id=news.id),
        kept=kept,
        hidden=news.published and not archived and news.id not in shown_among([news.id]),
        archive_href=None if archived else url_for("news.archive_news", news_id=news.id),
        restore_href=url_for("news.restore_news", news_id=news.id) if archived else None,
    )


def _show_read(news: News, form: NewsForm) -> BaseResponse:
    wording, stage = news.wording(language()), stage_names()[news.stage(today())]
    return render("news/item.html", news=news, form=form, title=wording.title, wording=wording, stage=stage)


def _show(form: NewsForm, status: int, **context: Any) -> BaseResponse:
    wording = Wording.of(form.titles.data, form.texts.data, language())
    response = render("news/form.html", form=form, wording=wording, **context)
    response.status_code = status
    return response
