"""Pure functions on a History: no file, no store."""
