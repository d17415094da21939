"""Programs: the list, adding one, what a program is (LP-1) and how it works (LP-3)."""

from __future__ import annotations

from collections.abc import Sequence

from flask import flash, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.businesses.models import BETA, Feature
from app.businesses.queries import feature_names, features
from app.loyalty import pages
from app.loyalty.forms.program import AdvancedForm, General, GeneralForm, NewProgramForm
from app.loyalty.models import Program
from app.loyalty.queries import (
    every_program,
    lock_programs,
    program_named,
    programs_of_wallets,
    rule_counts,
    wallet_of,
)
from app.loyalty.services import create_program as make_program
from app.loyalty.services.settings import change_program as change
from app.loyalty.views.blueprint import blueprint
from app.permissions import Permission, requires
from app.web import go, render


@blueprint.get("/programs")
@requires(Permission.READ_LOYALTY)
def programs() -> BaseResponse:
    return render(
        "loyalty/programs.html",
        programs=every_program(),
        titles=programs_of_wallets(),
        rule_counts=rule_counts(),
        may_edit=pages.may_edit(),
    )


@blueprint.get("/programs/new")
@requires(Permission.EDIT_LOYALTY)
def add_program() -> BaseResponse:
    return _show_new(_new_form())


@blueprint.post("/programs")
@requires(Permission.EDIT_LOYALTY)
def create_program() -> BaseResponse:
    lock_programs()
    form = _new_form()
    if not pages.taken(
        form,
        form.title,
        lambda: make_program(form.title.data, form.public_names.data, wallet_id=form.wallet_id.data),
    ):
        return _show_new(form, 422)
    flash(_("“%(name)s” was added. Now give it its rules.", name=form.title.data), "success")
    return go(url_for("loyalty.programs"))


@blueprint.get("/programs/<int:program_id>")
@requires(Permission.READ_LOYALTY)
def program(program_id: int) -> BaseResponse:
    found = program_named(program_id)
    kept = General.of(found, wallet_of(program_id))
    form = _general_form(found, kept)
    form.show(kept)
    return _show_general(found, form)


@blueprint.post("/programs/<int:program_id>")
@requires(Permission.EDIT_LOYALTY)
def change_program(program_id: int) -> BaseResponse:
    lock_programs()
    found = program_named(program_id)
    kept = General.of(found, wallet_of(program_id))
    form = _general_form(found, kept)
    if form.is_stale(kept) and (differing := form.kept_words(kept)):
        form.show(kept)
        return _show_general(found, form, 409, differing)
    if not pages.taken(form, form.title, lambda: change(found, form.values())):
        return _show_general(found, form, 422)
    flash(_("“%(name)s” was saved.", name=found.title), "success")
    return go(url_for("loyalty.program", program_id=program_id))


@blueprint.get("/programs/<int:program_id>/advanced-settings")
@requires(Permission.READ_LOYALTY)
def advanced(program_id: int) -> BaseResponse:
    found = program_named(program_id)
    form = _advanced_form(found)
    form.show(found)
    return _show_advanced(found, form)


@blueprint.post("/programs/<int:program_id>/advanced-settings")
@requires(Permission.EDIT_LOYALTY)
def change_advanced(program_id: int) -> BaseResponse:
    lock_programs()
    found = program_named(program_id)
    form = _advanced_form(found)
    if form.is_stale(found) and (differing := form.kept_words(found)):
        form.show(found)
        return _show_advanced(found, form, 409, differing)
    if not form.validate():
        return _show_advanced(found, form, 422)
    change(found, form.values())
    flash(_("The settings were saved."), "success")
    return go(url_for("loyalty.advanced", program_id=program_id))


def _new_form() -> NewProgramForm:
    form = NewProgramForm()
    points = {each.wallet_id for each in every_program()}
    form.offer((wallet, ", ".join(titles)) for wallet, titles in programs_of_wallets().items() if wallet in points)
    return form


def _general_form(found: Program, kept: General) -> GeneralForm:
    form = GeneralForm(obj=kept)
    form.offer()
    form.default = found.is_default
    return form


def _advanced_form(found: Program) -> AdvancedForm:
    form = AdvancedForm(obj=found)
    form.offer(own_sender=Feature.ALPHA_NAME in features())
    return form


def _show_new(form: NewProgramForm, status: int = 200) -> BaseResponse:
    response = render("loyalty/program_new.html", form=form)
    response.status_code = status
    return response


def _show_general(
    found: Program, form: GeneralForm, status: int = 200, kept: Sequence[tuple[str, str]] = ()
) -> BaseResponse:
    sharing = [title for title in programs_of_wallets()[found.wallet_id] if title != found.title]
    return pages.show("loyalty/program/general.html", found, "program", status, form=form, kept=kept, sharing=sharing)


def _show_advanced(
    found: Program, form: AdvancedForm, status: int = 200, kept: Sequence[tuple[str, str]] = ()
) -> BaseResponse:
    on = features()
    switches = [(label, feature in on, feature in BETA) for feature, label in feature_names().items()]
    return pages.show(
        "loyalty/program/advanced.html", found, "advanced", status, form=form, kept=kept, switches=switches
    )
