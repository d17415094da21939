"""Support's choice of a business's gateways; each is in the business's audit log (PR-4)."""

from __future__ import annotations

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert

from app import audit
from app.businesses.models import Feature
from app.businesses.queries import features
from app.db import business_id
from app.extensions import db
from app.messaging.gateways.models import BusinessGateway
from app.messaging.models import Channel


class ViberOffError(Exception):
    """The business has no Viber."""


def choose_gateway(channel: Channel, name: str | None) -> bool:
    """Has a channel of this business go by a gateway, by the configuration's for None; False when it did already.

    Raises ViberOffError.
    """
    if channel is Channel.VIBER and Feature.VIBER not in features():
        raise ViberOffError
    kept = db.session.get(BusinessGateway, (business_id(), channel), with_for_update=True)
    before = kept.name if kept else None
    if before == name:
        return False
    if name is None:
        mine = (BusinessGateway.business_id == business_id(), BusinessGateway.channel == channel)
        db.session.execute(delete(BusinessGateway).where(*mine))
    else:
        row = insert(BusinessGateway).values(business_id=business_id(), channel=channel, name=name)
        db.session.execute(
            row.on_conflict_do_update(index_elements=["business_id", "channel"], set_={"name": row.excluded.name})
        )
    field = f"gateway_{channel.name.lower()}"
    audit.record("business.gateway", audit.Subject("business", business_id()), {field: (before, name)})
    return True
