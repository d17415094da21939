"""Templates of messages: the list, writing one with a preview, a test to oneself, deleting (BA-1)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from uuid import uuid4

from flask import Blueprint, flash, g, request, url_for
from flask_babel import gettext as _
from werkzeug.exceptions import TooManyRequests
from werkzeug.wrappers import Response as BaseResponse

from app.accounts.services import wait_before_test
from app.address import number_of
from app.customers.queries import customer_named
from app.customers.services.identifying import customer_known_by
from app.form_keys import keyless
from app.identity import person, workplace
from app.loyalty.models import Program
from app.loyalty.queries import every_program, program_named
from app.messaging.models import MessageTemplate
from app.messaging.preview import Preview
from app.messaging.services import templates as services
from app.messaging.template_forms import KNOWN, RemovalForm, TemplateForm, TestForm
from app.messaging.templates import lock_templates, own_record, template_named, templates, way_labels, ways_offered
from app.permissions import Permission, requires
from app.web import go, render

blueprint = Blueprint("texts", __name__, url_prefix="/messages/templates")


@blueprint.get("")
@requires(Permission.READ_MESSAGES)
def index() -> BaseResponse:
    return render("messaging/texts/index.html", templates=templates(), ways=way_labels(), may_edit=_may_edit())


@blueprint.get("/new")
@requires(Permission.EDIT_TEMPLATES)
def add_template() -> BaseResponse:
    return _show(_form())


@blueprint.post("")
@requires(Permission.EDIT_TEMPLATES)
def create_template() -> BaseResponse:
    lock_templates()
    form = _form()
    made: list[MessageTemplate] = []
    if not _taken(form, lambda: made.append(services.create_template(form.values()))):
        return _show(form, None, 422)
    flash(_("“%(name)s” was added.", name=form.name.data), "success")
    return go(url_for("texts.template", template_id=made[0].id))


@blueprint.get("/<int:template_id>")
@requires(Permission.READ_MESSAGES)
def template(template_id: int) -> BaseResponse:
    found = template_named(template_id)
    form = _form(found)
    form.show(found)
    return _show(form, found)


@blueprint.post("/<int:template_id>")
@requires(Permission.EDIT_TEMPLATES)
def change_template(template_id: int) -> BaseResponse:
    lock_templates()
    found = template_named(template_id)
    form = _form(found)
    if form.is_stale(found) and (differing := form.kept_words(found)):
        form.show(found)
        return _show(form, found, 409, differing)
    if not _taken(form, lambda: services.change_template(found, form.values())):
        return _show(form, found, 422)
    flash(_("“%(name)s” was saved.", name=found.name), "success")
    return go(url_for("texts.template", template_id=template_id))


@blueprint.post("/preview")
@requires(Permission.READ_MESSAGES)
@keyless
def preview() -> BaseResponse:
    """What stands in the form, as customers would read it; nothing is kept."""
    number = number_of(request.form.get("template", ""))
    found = template_named(number) if number else None
    return _show(_form(found), found, partial="messaging/texts/_preview.html")


@blueprint.post("/<int:template_id>/tests")
@requires(Permission.READ_MESSAGES)
def send_test(template_id: int) -> BaseResponse:
    found, form = template_named(template_id), _test_form()
    customer = customer_known_by(form.phone.data or "", workplace().country) if form.validate() else None
    if customer is None:
        form.phone.errors = form.phone.errors or [_("No customer has this phone or card: register yourself as one.")]
        kept = _form(found, formdata=None)
        kept.show(found)
        return _show(kept, found, 422, test=form)
    if wait_before_test():
        raise TooManyRequests
    key = g.get("form_key") or uuid4()
    services.send_test(found, program_named(form.program.data), customer_named(customer), key)
    flash(_("The test is on its way. It is among the messages of that customer."), "success")
    return go(url_for("texts.template", template_id=template_id))


@blueprint.get("/<int:template_id>/removal")
@requires(Permission.EDIT_TEMPLATES)
def ask_to_remove(template_id: int) -> BaseResponse:
    found = template_named(template_id)
    form = RemovalForm(obj=found)
    form.show(found)
    return render("messaging/texts/removal.html", template=found, form=form, changed=False)


@blueprint.post("/<int:template_id>/removal")
@requires(Permission.EDIT_TEMPLATES)
def remove_template(template_id: int) -> BaseResponse:
    lock_templates()
    found, form = template_named(template_id), RemovalForm()
    if form.is_stale(found):
        form.show(found)
        response = render("messaging/texts/removal.html", template=found, form=form, changed=True)
        response.status_code = 409
        return response
    services.delete_template(found)
    flash(_("“%(name)s” was deleted.", name=found.name), "success")
    return go(url_for("texts.index"))


def _may_edit() -> bool:
    return person().may(Permission.EDIT_TEMPLATES)


def _form(found: MessageTemplate | None = None, **more: Any) -> TemplateForm:
    form = TemplateForm(obj=found, **more)
    form.offer(ways_offered(found.channel if found else ""), _programs())
    return form


def _test_form() -> TestForm:
    own = own_record()
    form = TestForm(data={"phone": own.phone if own else ""})
    form.offer(_programs())
    return form


def _programs() -> dict[int, str]:
    return {each.id: each.title for each in every_program()}


def _program(form: TemplateForm) -> Program:
    """The one that the preview is for; the default one comes first."""
    known = {each.id: each for each in every_program()}
    return known.get(form.program.data or 0) or next(iter(known.values()))


def _taken(form: TemplateForm, keep: Callable[[], object]) -> bool:
    """Whether the form was in order and was kept; else what is wrong stands beside its fields."""
    if not form.validate():
        return False
    try:
        keep()
    except services.NameTakenError:
        form.name.errors = [_("Another template has this name already.")]
        return False
    except services.TooManyError:
        most = services.MOST_TEMPLATES
        form.form_errors.append(_("There are %(number)d templates already. Delete one first.", number=most))
        return False
    return True


def _show(
    form: TemplateForm,
    found: MessageTemplate | None = None,
    status: int = 200,
    kept: Sequence[tuple[str, str]] = (),
    test: TestForm | None = None,
    partial: str | None = None,
) -> BaseResponse:
    response = render(
        "messaging/texts/form.html",
        partial,
        form=form,
        template=found,
        kept=kept,
        test=test or _test_form(),
        variables=KNOWN,
        preview=Preview(form.draft(), _program(form), _look()),
        may_edit=_may_edit(),
    )
    response.status_code = status
    return response


def _look() -> int:
    """Which of the customers shown is looked at."""
    return number_of(request.form.get("look") or request.form.get("shown", ""))
