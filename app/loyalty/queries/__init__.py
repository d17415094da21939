"""What a business has set up, as forms, columns and the Terminal need it."""

from app.loyalty.queries.goods import (
    ChosenGoods,
    good_choices,
    good_named,
    goods_count,
    goods_page,
    group_choices,
    group_named,
    group_sizes,
    groups,
    lock_goods,
    offered_goods,
    search_goods,
)
from app.loyalty.queries.programs import (
    Choice,
    ProgramOption,
    Question,
    every_question,
    lock_questionnaire,
    program_options,
    question_named,
    questions,
)

__all__ = [
    "Choice",
    "ChosenGoods",
    "ProgramOption",
    "Question",
    "every_question",
    "good_choices",
    "good_named",
    "goods_count",
    "goods_page",
    "group_choices",
    "group_named",
    "group_sizes",
    "groups",
    "lock_goods",
    "lock_questionnaire",
    "offered_goods",
    "program_options",
    "question_named",
    "questions",
    "search_goods",
]
