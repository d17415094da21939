"""Pictures of a business: kept in its database as they were drawn anew, shown to its people, removed when unused.

A picture never changes: another one has another id. So its address may be kept by browsers for ever.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import Blueprint, Response, make_response
from sqlalchemy import ForeignKeyConstraint, Integer, LargeBinary, UniqueConstraint, delete, exists, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import InstrumentedAttribute, Mapped, Session, mapped_column
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as BaseResponse

from app.db import business_id, current_scope
from app.extensions import Base, db
from app.lib import dates
from app.lib.columns import BusinessKey, Created, Id, Moment
from app.lib.images import CONTENT_TYPE, LONGEST_SMALL, Drawn
from app.permissions import Permission, requires

blueprint = Blueprint("pictures", __name__, url_prefix="/pictures")

UNUSED = timedelta(days=1)
"""How long a picture is kept that nothing shows: a form that is corrected meanwhile still has it."""
HEADERS = {
    "Cache-Control": "private, max-age=31536000, immutable",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


class Picture(Base):
    """A picture and its small version, both of CONTENT_TYPE; the same one handed in twice is kept once."""

    __tablename__ = "picture"
    __table_args__ = (
        ForeignKeyConstraint(["business_id"], ["business.id"]),
        UniqueConstraint("business_id", "sha256"),
    )

    business_id: Mapped[BusinessKey]
    id: Mapped[Id]
    sha256: Mapped[bytes] = mapped_column(LargeBinary)
    width: Mapped[int] = mapped_column(Integer)
    height: Mapped[int] = mapped_column(Integer)
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    small: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    handed_in_at: Mapped[Moment]
    """When it was last handed in."""
    created_at: Mapped[Created]

    @property
    def digest(self) -> str:
        return self.sha256.hex()[:16]

    @property
    def small_size(self) -> tuple[int, int]:
        """Width and height of the small version."""
        share = min(1, LONGEST_SMALL / max(self.width, self.height))
        return max(1, round(self.width * share)), max(1, round(self.height * share))


_held: list[InstrumentedAttribute[int | None]] = []


def held_by(column: InstrumentedAttribute[int | None]) -> None:
    """Says that rows of an area show the picture whose id stands in `column`: it is not removed meanwhile."""
    if column not in _held:
        _held.append(column)


def keep(drawn: Drawn) -> int:
    """Keeps a picture in a unit of work of its own, so that a form that is refused still has it; answers with its id.

    It holds nothing of this one's: a picture that no row comes to show is removed after a day.
    """
    with Session(db.engine, info={"scope": current_scope()}) as session:
        number = write(drawn, session)
        session.commit()
    return number


def write(drawn: Drawn, session: Session | None = None) -> int:
    """Keeps a picture in this unit of work, or that of `session`; answers with its id."""
    values = {
        "business_id": business_id(),
        "sha256": drawn.sha256,
        "width": drawn.width,
        "height": drawn.height,
        "content": drawn.content,
        "small": drawn.small,
        "handed_in_at": dates.now(),
    }
    adding = insert(Picture).values(values)
    known = adding.on_conflict_do_update(
        index_elements=["business_id", "sha256"], set_={"handed_in_at": adding.excluded.handed_in_at}
    )
    number: int = (session or db.session).execute(known.returning(Picture.id)).scalar_one()
    return number


def held(number: int) -> Picture | None:
    """A picture that a row is about to show, kept from being removed until the end of this unit of work."""
    return db.session.get(Picture, (business_id(), number), with_for_update={"read": True, "key_share": True})


def of_ids(numbers: set[int]) -> dict[int, Picture]:
    """Pictures by their ids, without their contents."""
    if not numbers:
        return {}
    mine = select(Picture).where(Picture.business_id == business_id(), Picture.id.in_(numbers))
    return {each.id: each for each in db.session.scalars(mine)}


def remove_unused(now: datetime | None = None) -> int:
    """Removes the pictures of this business that nothing shows; answers with their number."""
    shown = [exists().where(column.class_.business_id == Picture.business_id, column == Picture.id) for column in _held]
    unused = select(Picture.id).where(
        Picture.business_id == business_id(),
        Picture.handed_in_at < (now or dates.now()) - UNUSED,
        *(~each for each in shown),
    )
    numbers = db.session.scalars(unused.with_for_update(skip_locked=True)).all()
    db.session.execute(delete(Picture).where(Picture.business_id == business_id(), Picture.id.in_(numbers)))
    return len(numbers)


@blueprint.get("/<int:picture_id>/<digest>")
@requires(Permission.MEMBER)
def show(picture_id: int, digest: str) -> BaseResponse:
    return answer(picture_id, digest)


@blueprint.get("/<int:picture_id>/<digest>/small")
@requires(Permission.MEMBER)
def show_small(picture_id: int, digest: str) -> BaseResponse:
    return answer(picture_id, digest, small=True)


def answer(picture_id: int, digest: str, *, small: bool = False) -> Response:
    """The picture itself, for whoever may see this business's pictures. Raises NotFound."""
    wanted = Picture.small if small else Picture.content
    found = db.session.execute(
        select(Picture.sha256, wanted).where(Picture.business_id == business_id(), Picture.id == picture_id)
    ).one_or_none()
    if found is None or found[0].hex()[:16] != digest:
        raise NotFound
    response = make_response(found[1])
    response.content_type = CONTENT_TYPE
    response.headers.update(HEADERS)
    return response
