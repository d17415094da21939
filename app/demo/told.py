"""What customers told of themselves: answers to the questionnaire, consents and opt-outs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from app.customers.models import CHANNELS, ConsentKind
from app.demo.chance import seeded
from app.lib.collation import sort_key
from app.lib.decimals import DIGITS
from app.loyalty.models import FieldKind

_SHARE_CONSENTING = 0.7
_SHARE_OPTED_OUT = 0.03
_YEARS = 40


@dataclass(frozen=True)
class QuestionPlan:
    """A question of the business, and how many of its customers answered."""

    name: str
    kind: FieldKind
    share: float
    says: tuple[str, ...] = ()
    """The choices, or what is answered in words."""
    required: bool = False


QUESTIONS = (
    QuestionPlan(
        *("Favourite drink", FieldKind.CHOICE, 0.24),
        says=("Espresso", "Cappuccino", "Flat white", "Filter coffee", "Cocoa", "Tea"),
    ),
    QuestionPlan("Cups a week", FieldKind.NUMBER, 0.12),
    QuestionPlan("Comes with a dog", FieldKind.YES_NO, 0.1),
    QuestionPlan("Wedding day", FieldKind.DATE, 0.04),
    QuestionPlan(
        *("How they found us", FieldKind.TEXT, 0.08),
        says=("A friend", "Saw it from the street", "Instagram", "Google Maps", "Festival in the park"),
    ),
)


@dataclass(frozen=True)
class Question:
    """A question with its id, and those of its choices."""

    id: int
    plan: QuestionPlan
    choices: list[int]


@dataclass(frozen=True)
class Answered:
    """An answer: column → value, as text for COPY."""

    question: int
    values: dict[str, str]


class Told:
    """Draws by a chance of its own, so that nothing else of the demonstration depends on it."""

    def __init__(self, seed: int, slug: str, first: int, questions: list[Question], last_day: date) -> None:
        self._rng: Random = seeded(seed, slug, "told", first)
        self._questions = questions
        self._last_day = last_day

    def answers(self) -> Iterator[Answered]:
        for question in self._questions:
            if self._rng.random() < question.plan.share:
                yield self._answer(question)

    def consents(self) -> Iterator[tuple[ConsentKind, bool]]:
        if self._rng.random() < _SHARE_CONSENTING:
            yield ConsentKind.PROCESSING, True
        for channel in CHANNELS:
            if self._rng.random() < _SHARE_OPTED_OUT:
                yield channel, False

    def _answer(self, question: Question) -> Answered:
        return Answered(question.id, dict(self._values(question)))

    def _values(self, question: Question) -> Iterator[tuple[str, str]]:
        rng, plan = self._rng, question.plan
        match plan.kind:
            case FieldKind.CHOICE:
                yield "choice_id", str(rng.choice(question.choices))
            case FieldKind.NUMBER:
                yield "number", str(rng.randrange(1, 29) * 10**DIGITS // 2)
            case FieldKind.YES_NO:
                yield "yes", "t" if rng.random() < 0.4 else "f"
            case FieldKind.DATE:
                yield "day", str(self._last_day - timedelta(days=rng.randrange(_YEARS * 365)))
            case FieldKind.TEXT:
                words = rng.choice(plan.says)
                yield from (("words", words), ("words_key", sort_key(words)))
