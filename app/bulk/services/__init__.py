"""Bulk actions: choosing whom, freezing, steering, working."""
