"""Factors: values as of a moment."""
