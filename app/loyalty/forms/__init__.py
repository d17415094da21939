"""What an admin says of the questionnaire, of programs, of goods and services."""

from app.loyalty.forms.goods import GoodForm, GroupForm
from app.loyalty.forms.questionnaire import NewQuestionForm, QuestionForm

__all__ = ["GoodForm", "GroupForm", "NewQuestionForm", "QuestionForm"]
