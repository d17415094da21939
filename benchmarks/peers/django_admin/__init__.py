"""Django's admin over the customers."""
