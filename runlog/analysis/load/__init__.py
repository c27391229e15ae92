"""Training load: formulas, what each run counts, which days are known, and the daily series.

sessions   the load of each run, all of one kind (``limits``: the heart rates that bound it)
keeping    which days the log is known to be kept on
days       every metric as a daily series, and by week
spikes     each run against the longest of the 30 days before it
formulas   what the field has published, on arrays
"""

from __future__ import annotations

from runlog.analysis.load.days import daily, weekly
from runlog.analysis.load.sessions import LoadKind, session_loads
from runlog.analysis.load.spikes import spikes

__all__ = ["LoadKind", "daily", "session_loads", "spikes", "weekly"]
