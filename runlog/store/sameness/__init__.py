"""One run once: which recordings are of the same activity, and what they come to together."""
