"""What customers of a program are told, as it is set up now or is being set up (LP-3, LP-5)."""

from __future__ import annotations

from flask import request
from werkzeug.wrappers import Response as BaseResponse

from app.address import takes
from app.filters import language
from app.lib.texts import one_line
from app.locale import LANGUAGES
from app.loyalty.queries import program_named, program_settings
from app.permissions import Permission, requires
from app.transactions.samples import samples
from app.transactions.views.blueprint import blueprint
from app.web import render

LONGEST = 100


@blueprint.get("/programs/<int:program_id>/notices")
@requires(Permission.READ_LOYALTY)
@takes("signature", "sender")
def notices(program_id: int) -> BaseResponse:
    """A piece of it, in the person's own language alone, stands beside the settings and follows what is typed there."""
    program, piece = program_named(program_id), bool(request.htmx)  # type: ignore[attr-defined]
    live = piece and not request.htmx.boosted  # type: ignore[attr-defined]
    signature = one_line(request.args.get("signature", "")) if live else program.signature
    sender = one_line(request.args.get("sender", "")) if live else program_settings(program_id).sender
    return render(
        "transactions/notices.html",
        "transactions/_notices.html",
        program=program,
        sender=sender[:LONGEST],
        samples=samples(program, signature[:LONGEST], [language()] if live else LANGUAGES),
    )
