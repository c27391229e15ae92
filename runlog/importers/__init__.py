"""Readers of what runners hand over: bytes in, plain records out. No store, no analysis."""
