"""The language of advanced filters (CT-7): nodes, how they are kept, what a person changes in them, and their SQL.

It knows neither requests nor sessions of the database; areas register the fields that conditions ask of.
"""
