"""What is done with programs and the questionnaire."""

from app.loyalty.services.programs import create_program

__all__ = ["create_program"]
