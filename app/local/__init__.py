"""What makes the project run by itself on one machine: set-up, embedded servers, the supervisor."""
