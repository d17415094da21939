"""The file of an act, made once out of what the act keeps, and never again (BI-4, BI-5)."""

from __future__ import annotations

import hashlib

from sqlalchemy import delete, select

from app.acts.document import content_of, pdf_of
from app.acts.models import Act, ActFile, ActToDraw
from app.acts.queries import act_named, acts_of
from app.db import business_id
from app.extensions import db


def draw_act() -> bool:
    """Makes the file of the oldest act that waits for one and that nobody else is making; whether there was one."""
    waiting = select(ActToDraw.act_id).where(ActToDraw.business_id == business_id()).order_by(ActToDraw.act_id)
    number = db.session.scalar(waiting.limit(1).with_for_update(skip_locked=True))
    if number is None:
        return False
    act = act_named(number)
    content = pdf_of(content_of(act, *_corrected(act)), act.business_id)
    sha256 = hashlib.sha256(content).digest()
    db.session.add(ActFile(business_id=act.business_id, act_id=act.id, content=content, sha256=sha256))
    done = delete(ActToDraw).where(ActToDraw.business_id == business_id(), ActToDraw.act_id == act.id)
    db.session.execute(done)
    return True


def _corrected(act: Act) -> tuple[Act | None, int]:
    """The act that it corrects, and what the month came to before it."""
    if act.corrects_id is None:
        return None, 0
    return act_named(act.corrects_id), sum(each.total for each in acts_of(act.month) if each.id < act.id)
