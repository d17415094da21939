"""What an admin says of the questionnaire and of programs."""

from app.loyalty.forms.questionnaire import NewQuestionForm, QuestionForm

__all__ = ["NewQuestionForm", "QuestionForm"]
