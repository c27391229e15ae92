"""Styles within a page become attributes that mean the same, and nothing else of it changes."""

from __future__ import annotations

import pytest

from runlog.web.more import move_styles


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('<path style="fill: none; stroke: var(--ink)"/>', '<path fill="none" stroke="var(--ink)"/>'),
        ('<text style="font-size: 12px; font-family: x">a</text>', '<text font-size="12px">a</text>'),
        ('<span style="width: 62.4%"></span>', '<span class="w62"></span>'),
        ('<b style="position: fixed">x</b>', "<b>x</b>"),
        ("<p>style=&#34;fill: red&#34;</p>", "<p>style=&#34;fill: red&#34;</p>"),
    ],
)
def test_a_style_becomes_attributes(before, after):
    assert move_styles(before).html == after


def test_style_sheets_are_taken_out():
    page = move_styles("<style>a { b: c }</style><p>x</p><svg><style type='text/css'>d</style></svg>")
    assert page.html == "<p>x</p><svg></svg>"
    assert page.css == "a { b: c }\nd"
