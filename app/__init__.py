"""Regulars: the business panel of a loyalty platform."""

from __future__ import annotations

import os
import uuid
from pathlib import Path

from flask import Flask, Request, request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from werkzeug.middleware.proxy_fix import ProxyFix

from app import (
    assets,
    audit,
    audit_check,
    call_keys,
    cli,
    filters,
    form_keys,
    health,
    locale,
    logs,
    pictures,
    unsent_forms,
    web,
)
from app.accounts import (
    audit_views,
    forgotten_views,
    invitation_views,
    key_views,
    profile_views,
    salespeople_views,
    second_factor_views,
    shell,
    user_views,
)
from app.accounts import models as account_models
from app.accounts import register as account_parts
from app.accounts import views as account_views
from app.acts import models as act_models
from app.acts import register as act_parts
from app.acts import views as act_views
from app.api import reference
from app.api import register as api_parts
from app.api import views as api_views
from app.billing import models as billing_models
from app.billing import register as billing_parts
from app.billing import views as billing_views
from app.bulk import models as bulk_models
from app.bulk import register as bulk_parts
from app.bulk import views as bulk_views
from app.businesses import models as business_models
from app.businesses import register as business_parts
from app.businesses import views as business_views
from app.config import Config
from app.customers import models as customer_models
from app.customers import register as customer_parts
from app.customers import views as customer_views
from app.customers.views import segments as segment_views
from app.driver import ask_rested, connecting
from app.extensions import compress, migrate
from app.extensions import db as database
from app.help import views as help_views
from app.identity import is_call
from app.imports import models as import_models
from app.imports import register as import_parts
from app.imports import views as import_views
from app.kiosk import views as kiosk_views
from app.ledger import models as ledger_models
from app.ledger import register as ledger_parts
from app.ledger import views as ledger_views
from app.loyalty import models as loyalty_models
from app.loyalty import register as loyalty_parts
from app.loyalty import views as loyalty_views
from app.messaging import models as message_models
from app.messaging import register as message_parts
from app.messaging import template_views
from app.messaging import views as message_views
from app.my import models as my_models
from app.my import register as my_parts
from app.my import views as my_views
from app.news import models as news_models
from app.news import register as news_parts
from app.news import views as news_views
from app.offers import models as offer_models
from app.offers import register as offer_parts
from app.offers import views as offer_views
from app.permissions import permission_of
from app.terminal import views as terminal_views
from app.transactions import models as transaction_models
from app.transactions import register as transaction_parts
from app.transactions import views as transaction_views
from app.webhooks import models as webhook_models
from app.webhooks import register as webhook_parts
from app.webhooks import views as webhook_views

MODELS = (
    account_models,
    act_models,
    audit,
    audit_check,
    billing_models,
    bulk_models,
    call_keys,
    business_models,
    customer_models,
    form_keys,
    import_models,
    ledger_models,
    loyalty_models,
    message_models,
    my_models,
    news_models,
    offer_models,
    pictures,
    transaction_models,
    unsent_forms,
    webhook_models,
)
VIEWS = (
    account_views,
    act_views,
    api_views,
    audit_views,
    billing_views,
    bulk_views,
    business_views,
    customer_views,
    forgotten_views,
    health,
    help_views,
    import_views,
    invitation_views,
    key_views,
    kiosk_views,
    ledger_views,
    loyalty_views,
    message_views,
    my_views,
    news_views,
    template_views,
    offer_views,
    pictures,
    profile_views,
    reference,
    salespeople_views,
    second_factor_views,
    segment_views,
    terminal_views,
    transaction_views,
    user_views,
    webhook_views,
)
PARTS = (
    account_parts,
    billing_parts,
    act_parts,
    business_parts,
    customer_parts,
    ledger_parts,
    loyalty_parts,
    message_parts,
    my_parts,
    offer_parts,
    transaction_parts,
    news_parts,
    bulk_parts,
    import_parts,
    api_parts,
    webhook_parts,
)
ROOT = Path(__file__).parent.parent


def create_app(config: Config | None = None) -> Flask:
    """The application, by the environment's configuration unless another is given. Raises ConfigError."""
    config = config or Config.from_environ(os.environ)
    app = web.Panel("app", template_folder=str(ROOT / "templates"), static_folder=None)
    _configure(app, config)
    database.init_app(app)
    with app.app_context():
        ask_rested(database.engine)
    migrate.init_app(app, database)
    compress.init_app(app)
    for part in (logs, locale, web, filters, shell, assets, cli):
        part.init_app(app)
    for views in VIEWS:
        app.register_blueprint(views.blueprint)
    for view in app.view_functions.values():
        permission_of(view)
    for part in PARTS:
        part.register()
    return app


def _configure(app: Flask, config: Config) -> None:
    app.config.update(
        REGULARS=config,
        SECRET_KEY=config.secret_key,
        TESTING=config.environment == "test",
        SQLALCHEMY_DATABASE_URI=config.database_url,
        SQLALCHEMY_ENGINE_OPTIONS={
            "pool_size": 5,
            "max_overflow": 10,
            # What people typed never stands in a log, and errors are logged.
            "hide_parameters": True,
            # Plans fit the business and scope at hand: what is right for a small one is not for a million rows.
            # A client that went without a word, as its machine or network did, holds nothing for longer than a minute.
            "connect_args": connecting(
                plan_cache_mode="force_custom_plan", statement_timeout="60s", idle_in_transaction_session_timeout="60s"
            ),
        },
        MAX_CONTENT_LENGTH=12 * 2**20,
        MAX_FORM_MEMORY_SIZE=2**20,
        COMPRESS_ALGORITHM=["br", "gzip"],
        COMPRESS_BR_LEVEL=4,
        COMPRESS_MIN_SIZE=1024,
        # A token lasts as long as the session; it is checked where the person is known, so that who is signed out
        # is sent to sign in. Whose page sent a form is told by Origin, which browsers keep where they drop Referer.
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_CHECK_DEFAULT=False,
        WTF_CSRF_SSL_STRICT=False,
        SESSION_COOKIE_NAME="regulars_form",
        SESSION_COOKIE_SAMESITE="Lax",
    )
    app.session_interface = _Sessions()
    app.jinja_env.globals["form_key"] = lambda: str(uuid.uuid4())
    app.jinja_env.globals["unsent_key"] = unsent_forms.shown_key
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    if config.proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=config.proxies, x_proto=config.proxies, x_host=config.proxies
        )


class _Sessions(SecureCookieSessionInterface):
    """The signed cookie of forms and toasts goes over HTTPS alone where the page came over HTTPS. Calls have none."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        return self.make_null_session(app) if is_call(request) else super().open_session(app, request)

    def get_cookie_secure(self, app: Flask) -> bool:
        secure: bool = request.is_secure
        return secure
