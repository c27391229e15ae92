"""Links: what soreness goes together with."""
