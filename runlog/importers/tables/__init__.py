"""Tables that people write or apps export as CSV: diaries, pairs of shoes, lists of runs."""
