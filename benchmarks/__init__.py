"""How fast the panel is, measured beside its peers on the same database: `make bench`."""
