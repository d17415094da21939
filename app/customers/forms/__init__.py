"""What people send about customers: the details of one, its tags, why it is to be erased; a search, the columns."""
