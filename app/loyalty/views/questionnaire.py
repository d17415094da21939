"""The questionnaire: its questions, adding, editing, ordering, archiving (LP-7)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import flash, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.address import takes
from app.errors import BadAddress, Problem
from app.forms import KeptForm
from app.identity import person
from app.loyalty import pages
from app.loyalty.forms import NewQuestionForm, QuestionForm
from app.loyalty.kinds import kind_labels
from app.loyalty.models import FieldKind
from app.loyalty.queries import Question, every_question, lock_questionnaire, question_named
from app.loyalty.services import questionnaire as services
from app.loyalty.services.questionnaire import Asked, NameTakenError
from app.loyalty.views.blueprint import blueprint
from app.permissions import Permission, requires
from app.web import go, render

MOST_QUESTIONS = 50


@blueprint.get("/questionnaire")
@requires(Permission.READ_LOYALTY)
@takes("archived")
def questionnaire() -> BaseResponse:
    asked = request.args.get("archived", "")
    if asked not in ("", "1"):
        raise BadAddress(_("“%(name)s” in this address can only be 1.", name="archived"))
    known = every_question()
    in_use = [each for each in known if each.archived_at is None]
    return render(
        "loyalty/questionnaire.html",
        questions=[each for each in known if each.archived_at is not None] if asked else in_use,
        in_archive=bool(asked),
        in_use_count=len(in_use),
        archived_count=len(known) - len(in_use),
        kinds=kind_labels(),
        may_edit=person().may(Permission.EDIT_LOYALTY),
    )


@blueprint.get("/questionnaire/questions/new")
@requires(Permission.EDIT_LOYALTY)
def add_question() -> BaseResponse:
    return _show_new(_new_form())


@blueprint.post("/questionnaire/questions")
@requires(Permission.EDIT_LOYALTY)
def create_question() -> BaseResponse:
    lock_questionnaire()
    form = _new_form()
    if _arranged(form):
        return _show_new(form, 422)
    if sum(each.archived_at is None for each in every_question()) >= MOST_QUESTIONS:
        form.name.errors = [_("At most %(number)d questions are asked. Archive one first.", number=MOST_QUESTIONS)]
        return _show_new(form, 409)
    if not _taken(form, lambda: services.add_question(form.chosen_kind, form.asked())):
        return _show_new(form, 422)
    flash(_("“%(name)s” was added.", name=form.name.data), "success")
    return go(url_for("loyalty.questionnaire"))


@blueprint.get("/questionnaire/questions/<int:question_id>")
@requires(Permission.EDIT_LOYALTY)
def edit_question(question_id: int) -> BaseResponse:
    question = question_named(question_id)
    form = _form(question)
    form.show(_asked(question))
    return _show_kept(question, form)


@blueprint.post("/questionnaire/questions/<int:question_id>")
@requires(Permission.EDIT_LOYALTY)
def change_question(question_id: int) -> BaseResponse:
    lock_questionnaire()
    question = question_named(question_id)
    form, kept = _form(question), _asked(question)
    if _arranged(form):
        return _show_kept(question, form, 422)
    if form.is_stale(kept) and (differing := form.kept_words(kept)):
        form.show(kept)
        return _show_kept(question, form, 409, differing)
    if not _taken(form, lambda: services.change_question(question, form.asked())):
        return _show_kept(question, form, 422)
    flash(_("“%(name)s” was saved.", name=form.name.data), "success")
    return go(url_for("loyalty.questionnaire"))


@blueprint.post("/questionnaire/order")
@requires(Permission.EDIT_LOYALTY)
def order_questions() -> BaseResponse:
    lock_questionnaire()
    listed = request.form.getlist("order", type=int)
    services.order_questions(pages.moved(listed, request.form.get("move", "")))
    flash(_("The order was saved."), "success")
    return go(url_for("loyalty.questionnaire"))


@blueprint.post("/questionnaire/questions/<int:question_id>/archiving")
@requires(Permission.EDIT_LOYALTY)
def archive_question(question_id: int) -> BaseResponse:
    lock_questionnaire()
    question = question_named(question_id)
    services.archive_question(question)
    flash(_("“%(name)s” is asked no more. Its answers stay.", name=question.name), "success")
    return go(url_for("loyalty.questionnaire"))


@blueprint.post("/questionnaire/questions/<int:question_id>/restoration")
@requires(Permission.EDIT_LOYALTY)
def restore_question(question_id: int) -> BaseResponse:
    lock_questionnaire()
    question = question_named(question_id)
    try:
        services.restore_question(question)
    except NameTakenError:
        raise Problem(
            409,
            _("Another question that is asked has the name “%(name)s”.", name=question.name),
            _("Give one of them another name first."),
        ) from None
    flash(_("“%(name)s” is asked again.", name=question.name), "success")
    return go(url_for("loyalty.questionnaire"))


def _new_form() -> NewQuestionForm:
    form = NewQuestionForm()
    form.offer()
    return form


def _form(question: Question) -> QuestionForm:
    form = QuestionForm(obj=_asked(question))
    form.choices.known = {each.id for each in question.choices}
    form.choices.wanted = question.kind is FieldKind.CHOICE
    return form


def _asked(question: Question) -> Asked:
    choices = tuple((each.id, each.name) for each in question.choices if not each.archived)
    return Asked(question.name, question.required, choices)


def _arranged(form: QuestionForm) -> bool:
    """Whether only the lines of choices are to be more, fewer or in another order: nothing is kept, so 422."""
    move = request.form.get("row") or request.form.get("move")
    if move is None:
        return False
    form.choices.arrange(move)
    return True


def _taken(form: KeptForm, keep: Any) -> bool:
    """Whether the form was in order and was kept; else what is wrong stands beside its fields."""
    if not form.validate():
        return False
    try:
        keep()
    except NameTakenError:
        form.name.errors = [_("Another question has this name already.")]
        return False
    return True


def _show_new(form: NewQuestionForm, status: int = 200) -> BaseResponse:
    return _show(form, status, title=_("New question"), action=url_for("loyalty.create_question"), kept=())


def _show_kept(
    question: Question, form: QuestionForm, status: int = 200, kept: Sequence[tuple[str, str]] = ()
) -> BaseResponse:
    archived = question.archived_at is not None
    return _show(
        form,
        status,
        title=question.name,
        action=url_for("loyalty.change_question", question_id=question.id),
        kind=kind_labels()[question.kind],
        archive_href=None if archived else url_for("loyalty.archive_question", question_id=question.id),
        restore_href=url_for("loyalty.restore_question", question_id=question.id) if archived else None,
        kept=kept,
    )


def _show(form: QuestionForm, status: int, **context: Any) -> BaseResponse:
    response = render("loyalty/question.html", form=form, **context)
    response.status_code = status
    return response
