"""Tell of a news item by push: who has no app is passed over, and nobody is told of the same twice (BA-4)."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from werkzeug.exceptions import NotFound
from wtforms.fields.choices import SelectChoice

from app.bulk.actions.handing import TitledField
from app.bulk.actions.shared import ENROLMENT, REFUSALS
from app.bulk.models import Batch
from app.bulk.registry import Action, ActionForm, Claim, Doubts, Values
from app.customers.models import Customer
from app.db import business_id
from app.extensions import db
from app.filters import language
from app.lib import dates, formats
from app.locale import LANGUAGES, read_by
from app.loyalty.models import Program
from app.messaging.models import Reason, Way
from app.messaging.services import Addressed, write_to_many
from app.messaging.services.reaching import refusals
from app.news.models import News
from app.news.queries import is_published, news_named, published_news
from app.news.services import key_of, letter_of, news_letters
from app.permissions import Permission

_TOLD = "EXISTS (SELECT FROM message m WHERE m.business_id = :business AND m.dedupe_key = :news_key || a.customer_id)"


class NewsForm(ActionForm):
    news = TitledField(_l("News item"), lambda number: _title_of(number))

    def offer(self) -> None:
        self.news.choices = [SelectChoice(str(each.id), _named(each)) for each in published_news(None, dates.now())]

    def lacks(self) -> str:
        return "" if self.news.choices else _("No news is published at a point of sale that customers are shown.")

    def said(self) -> list[tuple[str, str]]:
        """With what is pushed, in each language that it is written in."""
        news = _news(self.news.data)
        spoken = [each for each in LANGUAGES if news and each in news.titles]
        letters = [letter_of(news, 0, each) for each in spoken if news]
        return [*super().said(), *((LANGUAGES[each.language], f"{each.title}: {each.text}") for each in letters)]


class Announcing:
    def doubts(self, batch: Batch) -> Doubts:
        news = _news(batch.values["news"])
        if news is None or not is_published(news, dates.now()):
            return Doubts((("true", "not_published"),))
        arms = (*refusals(Way.PUSH), (_TOLD, "news_told"))
        return Doubts(arms, ENROLMENT, values={"news_key": key_of(news, ""), "in_program": _default_program()})

    def step(self, claim: Claim) -> int:
        mine = Customer.business_id == business_id(), Customer.id.in_(claim.customers)
        spoken = db.session.execute(select(Customer.id, Customer.language).where(*mine))
        letters = news_letters(claim.batch.values["news"], {row.id: read_by(row.language) for row in spoken})
        author = claim.batch.user_id
        write_to_many([Addressed(each, letter, user_id=author) for each, letter in letters.items()])
        return 0


def _news(number: int) -> News | None:
    try:
        return news_named(number)
    except NotFound:
        return None


def _default_program() -> int:
    """Whose settings hold for what belongs to no program."""
    found = select(Program.id).where(Program.business_id == business_id(), Program.is_default)
    return db.session.execute(found).scalar_one()


def _title_of(number: int) -> str:
    news = _news(number)
    return news.wording(language()).title if news else "–"


def _named(news: News) -> str:
    return f"{news.wording(language()).title} ({formats.long_date(news.first_day, language())})"


def _title(values: Values) -> str:
    return _("Tell of the news “%(title)s”", title=_title_of(values["news"]))


NEWS = Action(
    key="news",
    label=_l("Tell of news"),
    sign="megaphone",
    about=_l("A published news item, by push to who has the app"),
    permission=Permission.EDIT_NEWS,
    form=NewsForm,
    title=_title,
    reasons={
        **REFUSALS,
        "not_published": _l("Customers do not read this news now"),
        Reason.NO_ADDRESS: _l("Does not have the app"),
        "news_told": _l("Was told of this news before"),
    },
    do=Announcing(),
    done=_l("Told"),
)
