"""Pushes by Web Push against a push service of ours that decrypts them, and asks who signed."""

from __future__ import annotations

import json
import ssl
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from time import monotonic, sleep, time
from typing import Any

import http_ece
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from app.gateway_config import PushSettings
from app.lib import dates
from app.lib.outgoing import Caller
from app.lib.push_keys import make_keys, public_key
from app.messaging.gateways.base import Answer, Fate, Subscription
from app.messaging.gateways.webpush import WebPushGateway, payload_of
from app.messaging.models import Channel
from tests.messaging.gateways.certificates import certificate
from tests.messaging.gateways.messages import outgoing

SUBJECT = "mailto:club@example.com"


@dataclass
class PushService:
    """Takes pushes by HTTPS on this machine; answers as it is told, by the path."""

    port: int
    trust: ssl.SSLContext
    answers: dict[str, int] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    got: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)

    def browser(self, path: str = "/one") -> Browser:
        return Browser(f"https://localhost:{self.port}{path}")

    def gateway(self, settings: PushSettings | None = None) -> WebPushGateway:
        caller = Caller(connect=1, read=1, loopback=True, trust=self.trust)
        return WebPushGateway(settings or PushSettings(make_keys()[0], SUBJECT), caller)


class Browser:
    """One that let pushes in: its keys, and what it can read with them."""

    def __init__(self, endpoint: str) -> None:
        self._key, self._auth = ec.generate_private_key(ec.SECP256R1()), b"sixteen octets.."
        point = self._key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        self.subscription = Subscription(endpoint, _written(point), _written(self._auth))

    def reads(self, body: bytes) -> Any:
        return json.loads(http_ece.decrypt(body, private_key=self._key, auth_secret=self._auth, version="aes128gcm"))


@pytest.fixture
def service(tmp_path: Path) -> Iterator[PushService]:
    with push_service(tmp_path) as running:
        yield running


@contextmanager
def push_service(folder: Path) -> Iterator[PushService]:
    made = certificate(folder)
    running = PushService(0, made.trust)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            running.got.append((self.path, {name.lower(): value for name, value in self.headers.items()}, body))
            status = running.answers.get(self.path, 201)
            if status == 0:
                return  # not a word
            if status == 1:
                self.dribble()
                return
            self.send_response(status)
            for name, value in running.headers.items():
                self.send_header(name, value)
            self.end_headers()

        def dribble(self) -> None:
            """An octet now and then, for ever."""
            with suppress(OSError):
                while True:
                    self.wfile.write(b"HTTP/1.1 201 Created"[:1])
                    sleep(0.1)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.socket = made.server.wrap_socket(server.socket, server_side=True)
    running.port = server.server_address[1]
    Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield running
    server.shutdown()
    server.server_close()


def push(*browsers: Browser, **values: Any) -> Any:
    subscriptions = tuple(each.subscription for each in browsers)
    return outgoing(channel=Channel.PUSH, to="", title="Kavalier", subscriptions=subscriptions, **values)


def _written(octets: bytes) -> str:
    return urlsafe_b64encode(octets).rstrip(b"=").decode()


def _read(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def test_the_browser_reads_what_was_written_and_nobody_else(service: PushService) -> None:
    browser, other = service.browser(), service.browser()
    message = push(browser, text="Новий хліб: https://kavalier.example/news/7 – скуштуйте!")
    assert service.gateway().send([message]) == [Answer(Fate.ACCEPTED)]
    ((_, headers, body),) = service.got
    assert browser.reads(body) == {
        "title": "Kavalier",
        "text": message.text,
        "url": "https://kavalier.example/news/7",
        "tag": "3-7",
    }
    assert headers["content-encoding"] == "aes128gcm"
    assert 3590 < int(headers["ttl"]) <= 3600
    with pytest.raises(http_ece.ECEException):
        other.reads(body)


def test_the_push_service_knows_who_signed(service: PushService) -> None:
    """RFC 8292: a token of ES256 for this very service, by the key that browsers were told."""
    private, public = make_keys()
    service.gateway(PushSettings(private, SUBJECT)).send([push(service.browser())])
    ((_, headers, _),) = service.got
    scheme, _, rest = headers["authorization"].partition(" ")
    parameters = dict(each.strip().split("=", 1) for each in rest.split(","))
    head, claims, signature = parameters["t"].split(".")
    assert scheme == "vapid"
    assert parameters["k"] == public == public_key(private)
    assert json.loads(_read(head))["alg"] == "ES256"
    told = json.loads(_read(claims))
    assert (told["aud"], told["sub"]) == (f"https://localhost:{service.port}", SUBJECT)
    assert time() < told["exp"] <= time() + 24 * 3600
    r, s = (int.from_bytes(half, "big") for half in (_read(signature)[:32], _read(signature)[32:]))
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), _read(public))
    key.verify(encode_dss_signature(r, s), f"{head}.{claims}".encode(), ec.ECDSA(hashes.SHA256()))
    with pytest.raises(InvalidSignature):
        key.verify(encode_dss_signature(r, s), b"another", ec.ECDSA(hashes.SHA256()))


def test_what_we_encrypt_with_reads_the_example_of_the_standard() -> None:
    """RFC 8291, section 5: so both sides being http-ece proves more than that it agrees with itself."""
    key = ec.derive_private_key(
        int.from_bytes(_read("q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"), "big"), ec.SECP256R1()
    )
    body = _read(
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK"
        "6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )
    read = http_ece.decrypt(body, private_key=key, auth_secret=_read("BTBZMqHH6r4Tts7J_aSIgg"), version="aes128gcm")
    assert read == b"When I grow up, I want to be a watermelon"


@pytest.mark.parametrize(
    ("statuses", "fate"),
    [
        ([201], Fate.ACCEPTED),
        ([200, 500], Fate.ACCEPTED),
        ([429, 201], Fate.ACCEPTED),
        ([410, 201], Fate.ACCEPTED),
        ([429], Fate.THROTTLED),
        ([503, 400], Fate.THROTTLED),
        ([500], Fate.UNKNOWN),
        ([502, 429], Fate.UNKNOWN),
        ([301], Fate.UNKNOWN),
        ([0, 429], Fate.UNKNOWN),
        ([413], Fate.REFUSED),
        ([403, 400], Fate.REFUSED),
    ],
)
def test_one_browser_that_accepts_is_enough(service: PushService, statuses: list[int], fate: Fate) -> None:
    service.answers = {f"/{number}": status for number, status in enumerate(statuses)}
    browsers = [service.browser(f"/{number}") for number in range(len(statuses))]
    (answer,) = (
        service.gateway().send([push(*browsers)]) if 410 not in statuses else _without_database(service, browsers)
    )
    assert answer.fate is fate
    assert len(service.got) == len(statuses)


def _without_database(service: PushService, browsers: list[Browser]) -> list[Answer]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("app.messaging.gateways.webpush._forget", lambda _business, _gone: None)
        return list(service.gateway().send([push(*browsers)]))


def test_a_push_service_may_say_when_to_come_again(service: PushService) -> None:
    service.answers, service.headers = {"/one": 429}, {"Retry-After": "17"}
    (answer,) = service.gateway().send([push(service.browser())])
    assert (answer.fate, answer.retry_after) == (Fate.THROTTLED, 17.0)


def test_a_push_service_that_dribbles_is_not_listened_to_for_ever(service: PushService) -> None:
    service.answers = {"/one": 1}
    begun = monotonic()
    (answer,) = service.gateway().send([push(service.browser())])
    assert answer.fate is Fate.UNKNOWN
    assert monotonic() - begun < 5


def test_nobody_there_is_told_before_a_byte_left(service: PushService) -> None:
    away = Browser("https://localhost:9/one")
    assert [each.fate for each in service.gateway().send([push(away)])] == [Fate.FAILED_BEFORE]


def test_a_certificate_that_nobody_vouches_for_gets_nothing(service: PushService) -> None:
    caller = Caller(connect=1, read=1, loopback=True)
    gateway = WebPushGateway(PushSettings(make_keys()[0], SUBJECT), caller)
    assert [each.fate for each in gateway.send([push(service.browser())])] == [Fate.FAILED_BEFORE]
    assert service.got == []


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "[::1]", "10.0.0.1", "192.168.1.1", "169.254.169.254", "[::ffff:127.0.0.1]", "0.0.0.0"],
)
def test_no_push_goes_to_an_address_that_is_not_public(host: str) -> None:
    """A subscription names any address it likes; ours are not called."""
    gateway = WebPushGateway(PushSettings(make_keys()[0], SUBJECT))
    (answer,) = gateway.send([push(Browser(f"https://{host}:9/x"))])
    assert answer.fate is Fate.REFUSED


@pytest.mark.parametrize(
    "broken",
    [
        {"p256dh": ""},
        {"p256dh": _written(b"\4" + b"\1" * 64)},
        {"auth": _written(b"short")},
        {"endpoint": "https://push.example.com:99999/x"},
    ],
)
def test_a_broken_subscription_is_refused(service: PushService, broken: dict[str, str]) -> None:
    whole = service.browser().subscription
    message = push()
    wrong = Subscription(**({"endpoint": whole.endpoint, "p256dh": whole.p256dh, "auth": whole.auth} | broken))
    answers = service.gateway().send([outgoing(channel=Channel.PUSH, to="", subscriptions=(wrong,))])
    assert [each.fate for each in answers] == [Fate.REFUSED]
    assert service.gateway().send([message])[0].fate is Fate.REFUSED
    assert service.got == []


def test_a_push_that_is_over_is_refused(service: PushService) -> None:
    late = push(service.browser(), valid_until=dates.now() - timedelta(seconds=1))
    assert [each.fate for each in service.gateway().send([late])] == [Fate.REFUSED]


@pytest.mark.parametrize("text", ["ї" * 20_000, "a" * 2990, "😀" * 3000, "\0" * 3000])
def test_a_long_text_is_cut_to_what_push_services_take(text: str) -> None:
    payload = payload_of(outgoing(text, title="T" * 5000))
    assert len(payload) <= 3000
    assert json.loads(payload)["text"][:5] == text[:5]
