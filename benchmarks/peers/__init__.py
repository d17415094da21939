"""The same customers in other people's panels, set up as their documentation says; they know nothing of the app."""
