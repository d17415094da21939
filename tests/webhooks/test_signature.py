"""What an address is told is signed, so that nobody else can tell it something (AP-1)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from app.lib import dates
from app.webhooks.queries import endpoint_named
from app.webhooks.services import signing
from app.webhooks.services.endpoints import renew_secret, send_test
from app.webhooks.services.signing import signed
from tests.browsing import text_of
from tests.people import Shop, Town
from tests.webhooks.receiving import Call, Pass, Receiver, deliver


class TestSignature:
    @pytest.mark.parametrize(
        ("secret", "message", "moment", "body", "signature"),
        [
            *[
                (
                    *("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330),
                    *(b'{"test": 2432232314}', "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="),
                ),
                (
                    *("whsec_plJ3nmyCDGBKInavdOK15jsl", "msg_loFOjxBNrRLzqYUf", 1731705121),
                    *(
                        b'{"event_type":"ping","data":{"success":true}}',
                        "v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0=",
                    ),
                ),
            ]
        ],
    )
    def test_it_is_that_of_standard_webhooks(
        self, secret: str, message: str, moment: int, body: bytes, signature: str
    ) -> None:
        """Examples that the specification and its libraries publish."""
        headers = signed(message, datetime.fromtimestamp(moment, UTC), body, [secret])
        assert headers == {
            "webhook-id": message,
            "webhook-timestamp": str(moment),
            "webhook-signature": signature,
        }

    def test_a_receiver_can_check_a_call(self, shop: Shop, endpoint: int, event: int, receiver: Receiver) -> None:
        deliver(shop, endpoint)
        (call,) = receiver.calls
        with shop.work():
            secret = signing.read(endpoint_named(endpoint).secret)
        assert verified(call, secret or "")
        assert not verified(Call(call.path, call.headers, call.body + b" "), secret or "")
        assert abs(int(call.headers["webhook-timestamp"]) - dates.now().timestamp()) < 60
        assert call.headers["content-type"] == "application/json"
        assert call.said["type"] == "test"
        assert call.said["data"] == {"items": [{"endpoint_id": endpoint}]}
        assert datetime.fromisoformat(call.said["timestamp"]).tzinfo == UTC

    def test_a_renewed_secret_signs_beside_the_old_one_for_a_day(
        self, town: Town, shop: Shop, endpoint: int, event: int, receiver: Receiver, wait: Pass
    ) -> None:
        with shop.work(town.anna):
            held = endpoint_named(endpoint, held=True)
            old, new = signing.read(held.secret) or "", renew_secret(held)
        deliver(shop, endpoint)
        assert verified(receiver.calls[0], old)
        assert verified(receiver.calls[0], new)
        wait(timedelta(hours=25))
        with shop.work(town.anna):
            send_test(endpoint_named(endpoint, held=True))
        deliver(shop, endpoint)
        assert not verified(receiver.calls[1], old)
        assert verified(receiver.calls[1], new)

    def test_one_that_is_renewed_twice_leaves_the_receivers_own_signing(
        self, town: Town, shop: Shop, endpoint: int, event: int, receiver: Receiver, wait: Pass
    ) -> None:
        """A second click, or a page that was lost: nobody ever saw the secret in between."""
        with shop.work(town.anna):
            held = endpoint_named(endpoint, held=True)
            old = signing.read(held.secret) or ""
            newer = [renew_secret(held) for _ in range(2)]
        deliver(shop, endpoint)
        assert all(verified(receiver.calls[0], each) for each in (old, *newer))
        page = f"/settings/webhooks/{endpoint}"
        assert "signs until" in text_of(town.browser(town.anna).get(page))
        wait(timedelta(hours=25))
        assert "signs until" not in text_of(town.browser(town.anna).get(page))


def verified(call: Call, secret: str) -> bool:
    moment = datetime.fromtimestamp(int(call.headers["webhook-timestamp"]), UTC)
    mine = signed(call.headers["webhook-id"], moment, call.body, [secret])["webhook-signature"]
    return mine in call.headers["webhook-signature"].split()
