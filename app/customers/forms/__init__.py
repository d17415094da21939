"""What people say of a customer: its details, its tags, and why it is to be erased."""
