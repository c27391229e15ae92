"""XML recordings: GPX and TCX."""
