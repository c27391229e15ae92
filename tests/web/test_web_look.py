"""Numbers can be read on the colour of each rating, in both themes; the icon and the manifest are there."""

from __future__ import annotations

import pytest

from runlog.web import look


@pytest.fixture
def home(small_home):
    return small_home


@pytest.mark.parametrize("rating", range(11))
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_number_can_be_read_on_its_colour(rating, theme):
    colours = look.rating_colours(rating)
    ink, field = (look._rgb(colours[name]) for name in (f"{theme}_ink", theme))
    assert look._contrast(ink, field) >= 3, "it is large and bold"


def test_what_a_home_screen_needs_is_there_for_any_device(pages):
    manifest = pages.phone("GET", "/manifest.webmanifest").json
    assert manifest["display"] == "standalone"
    for icon in manifest["icons"]:
        with pages.phone("GET", icon["src"]) as answer:
            assert answer.status_code == 200
    with pages.phone("GET", "/static/app.js") as answer:
        assert answer.status_code == 200


def test_the_script_is_short(root):
    assert (root / "runlog" / "web" / "static" / "app.js").read_text().count("\n") < 400
