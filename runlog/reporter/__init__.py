"""Turn a history into what a runner reads: alerts, tips, charts and reports.

The doors are ``alerts``, ``charts.chart``, ``weekly.build_week``, ``season.build_season`` and
``render``, which writes any of these reports as HTML, Markdown, JSON, mail or PDF.
"""
