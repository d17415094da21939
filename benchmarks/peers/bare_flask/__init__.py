"""A sale in one view of Flask, its SQL written by hand."""
