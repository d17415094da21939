"""Rules of a program: the list in words, adding and editing one (LP-2)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import flash, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.loyalty import pages
from app.loyalty.forms.rule import RuleFields, RuleForm
from app.loyalty.models import Program
from app.loyalty.offered import every_name, offered
from app.loyalty.queries import every_rule, lock_programs, program_named, rule_named
from app.loyalty.rule_words import then, when
from app.loyalty.rules import Conditions
from app.loyalty.services import rules as services
from app.loyalty.services.rules import RuleSaid
from app.loyalty.views.blueprint import blueprint
from app.permissions import Permission, requires
from app.web import go

MOST_RULES = 200


@blueprint.get("/programs/<int:program_id>/rules")
@requires(Permission.READ_LOYALTY)
def rules(program_id: int) -> BaseResponse:
    program, known = program_named(program_id), every_name(program_id)
    listed = []
    for row in every_rule(program_id):
        said = RuleSaid.of(row)
        words = {"when": when(said.conditions, known), "then": then(said.effects, known)}
        listed.append({"id": row.id, "said": said, **words})
    listed.sort(key=lambda each: not each["said"].active)  # type: ignore[attr-defined]
    return pages.show("loyalty/program/rules.html", program, "rules", rules=listed)


@blueprint.get("/programs/<int:program_id>/rules/new")
@requires(Permission.EDIT_LOYALTY)
def add_rule(program_id: int) -> BaseResponse:
    program = program_named(program_id)
    return _show_new(program, _new_form(program_id))


@blueprint.post("/programs/<int:program_id>/rules")
@requires(Permission.EDIT_LOYALTY)
def create_rule(program_id: int) -> BaseResponse:
    lock_programs()
    program, form = program_named(program_id), _new_form(program_id)
    if len(every_rule(program_id)) >= MOST_RULES:
        form.form_errors.append(_("A program has at most %(number)d rules.", number=MOST_RULES))
        return _show_new(program, form, 409)
    if not pages.taken(form, form.name, lambda: services.add_rule(program_id, form.rule())):
        return _show_new(program, form, 422)
    flash(_("“%(name)s” was added.", name=form.name.data), "success")
    return go(url_for("loyalty.rules", program_id=program_id))


@blueprint.get("/programs/<int:program_id>/rules/<int:rule_id>")
@requires(Permission.EDIT_LOYALTY)
def edit_rule(program_id: int, rule_id: int) -> BaseResponse:
    program, said = program_named(program_id), RuleSaid.of(rule_named(program_id, rule_id))
    form = _form(program_id, said)
    form.show(RuleFields.of(said))
    return _show_kept(program, rule_id, said, form)


@blueprint.post("/programs/<int:program_id>/rules/<int:rule_id>")
@requires(Permission.EDIT_LOYALTY)
def change_rule(program_id: int, rule_id: int) -> BaseResponse:
    lock_programs()
    program, row = program_named(program_id), rule_named(program_id, rule_id)
    said = RuleSaid.of(row)
    form, kept = _form(program_id, said), RuleFields.of(said)
    if form.is_stale(kept) and (differing := form.kept_words(kept)):
        form.show(kept)
        return _show_kept(program, rule_id, said, form, 409, differing)
    if not pages.taken(form, form.name, lambda: services.change_rule(row, form.rule())):
        return _show_kept(program, rule_id, said, form, 422)
    flash(_("“%(name)s” was saved. It holds from the next sale on.", name=form.name.data), "success")
    return go(url_for("loyalty.rules", program_id=program_id))


def _new_form(program_id: int) -> RuleForm:
    form = RuleForm()
    form.offer(offered(program_id, Conditions()))
    return form


def _form(program_id: int, said: RuleSaid) -> RuleForm:
    form = RuleForm(obj=RuleFields.of(said))
    form.offer(offered(program_id, said.conditions, said.effects))
    return form


def _show_new(program: Program, form: RuleForm, status: int = 200) -> BaseResponse:
    action = url_for("loyalty.create_rule", program_id=program.id)
    return _show(program, form, status, title=_("New rule"), action=action, kept=())


def _show_kept(
    program: Program,
    rule_id: int,
    said: RuleSaid,
    form: RuleForm,
    status: int = 200,
    kept: Sequence[tuple[str, str]] = (),
) -> BaseResponse:
    action = url_for("loyalty.change_rule", program_id=program.id, rule_id=rule_id)
    return _show(program, form, status, title=said.name, action=action, kept=kept)


def _show(program: Program, form: RuleForm, status: int, **context: Any) -> BaseResponse:
    back = url_for("loyalty.rules", program_id=program.id)
    return pages.show("loyalty/program/rule.html", program, "rules", status, form=form, back=back, **context)
