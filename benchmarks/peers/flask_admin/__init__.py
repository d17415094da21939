"""Flask-Admin over the customers."""
