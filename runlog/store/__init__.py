"""The only place that holds state: one SQLite file."""
