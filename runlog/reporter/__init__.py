"""Turn a history into what a runner reads: alerts, tips, charts and reports.

The doors are ``alerts``, ``charts.chart``, ``weekly.build_week``, ``season.build_season`` and
``render``, which writes any of these reports as HTML, Markdown, JSON, mail or PDF.
"""

#: The formats that a report can be written in, by the endings of their files; here, because ``render`` is
#: too heavy for a command line that only offers them.
FORMATS = ("html", "md", "json", "pdf")
