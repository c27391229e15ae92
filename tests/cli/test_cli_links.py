"""runlog factors, exposures and links."""

from __future__ import annotations

import csv
import io
import json
import re

import pytest

from runlog.analysis.factors import FACTORS


@pytest.fixture
def rated(run, tmp_path):
    """Put a diary in, a rating and hours at the desk a day."""

    def put(ratings, area="upper_back"):
        days = [f"2026-{5 + i // 30:02}-{1 + i % 30:02}" for i in range(len(ratings))]
        lines = [
            f"{day}T20:00:00+02:00,{rating},{area},{3 + (7 * i) % 5}"
            for i, (day, rating) in enumerate(zip(days, ratings, strict=True))
        ]
        file = tmp_path / f"{area}.csv"
        file.write_text("\n".join(["date,soreness,area,desk_hours", *lines, ""]), encoding="utf-8")
        run("import", file)

    return put


@pytest.mark.usefixtures("season")
def test_a_family_is_told_once_and_the_rest_say_by_whom(run):
    text = run("links").stdout
    assert re.search(r"^Acute load \(7 days\) \(\+10%\) +[+−]?0\.\d\d", text, re.MULTILINE)
    assert re.search(
        r"^Acute over chronic load: no answer\. Can't be separated from Acute load \(7 days\) \(r = 0\.\d",
        text,
        re.MULTILINE,
    )
    assert not re.search(r"^Acute over chronic load +", text, re.MULTILINE)


@pytest.mark.usefixtures("season")
def test_full_adds_the_scientists_numbers(run):
    text = run("links", "--full").stdout
    warmup = re.findall(r"^Warm-up  .*", text, re.MULTILINE)[1]
    assert re.fullmatch(
        r"Warm-up +−0\.\d\d +0\.\d\d +<\.001 +<\.001 +41/41 +−\d\.\d\d −\d\.\d\d +−0\.\d\d *", warmup
    )
    assert re.search(r"acute_load includes chronic_load 0\.\d\d, acwr 0\.\d\d", text)
    assert re.search(r"\d+% is a level that drifts over about \d+ days", text)
    assert "Method 3." in text
    assert re.search(r"^Warm-up: Unlikely to be chance, even with so many factors", text, re.MULTILINE)
    assert "Per SD" not in run("links").stdout


@pytest.mark.usefixtures("season")
def test_json_and_csv_hold_all_of_it(run, rows):
    load = next(row for row in rows("links", "--area", "upper_back") if row["factor"] == "acute_load")
    assert set(load["speaks_for"]) == {"chronic_load", "acwr"}
    assert {"per_sd", "se", "p", "q", "first_half", "tau_days", "lasting", "n_eff", "r_time"} <= {
        key for key, value in load.items() if isinstance(value, float)
    }
    table = csv.DictReader(io.StringIO(run("links", "--csv").stdout))
    texts = [row["speaks_for"] for row in table if row["factor"] == "acute_load"]
    assert re.fullmatch(r"chronic_load 0\.\d\d; acwr 0\.\d\d", texts[1])


@pytest.mark.usefixtures("season")
def test_a_secondary_window_is_said_to_be_one(run):
    text = run("links", "--window", "48").stdout
    assert text.startswith("Secondary: what the run of 24 to 48 hours before the rating adds")
    assert "Shoe distance" not in text
    found = json.loads(run("links", "--window", "72", "--json").stdout)
    assert {row["window"] for row in found} == {72}
    assert "A" not in {row["grade"] for row in found}
    assert "24" in run("links", "--window", "36", code=2).stderr


def test_few_ratings_are_counted_by_area(run, rated):
    rated([3, 0, 2])
    rated([1] * 19, area="neck")
    text = run("links", "--full").stdout
    assert "Upper back: 3 ratings, too few to say anything yet. Links begin 17 ratings from now." in text
    assert "Neck: 19 ratings, too few" in text
    assert "proof of cause" not in text


def test_ratings_that_are_all_zero_are_said_to_be_the_same_once(run, rated):
    rated([0] * 22)
    text = run("links", "--full").stdout
    assert text.count("All 22 ratings are the same") == 1
    assert "Desk hours" in text


def test_what_is_unknown_is_told_once_for_all_factors(run, rated):
    rated([(5 * i) % 7 for i in range(45)])
    text = run("links").stdout
    assert text.count("It is unknown for all 45 ratings.") == 1
    assert re.search(r"^Desk hours \(\+1\) +[+−]?\d\.\d\d", text, re.MULTILINE)


def test_no_ratings(run):
    assert "No ratings yet" in run("links", "--full").stderr


@pytest.mark.usefixtures("season")
def test_links_read_well(run):
    text = run("links").stdout
    assert re.search(
        r"^Warm-up +−\d\.\d\d +−\d\.\d\d to −\d\.\d\d +[AB] +\d+ +unlikely to be chance", text, re.MULTILINE
    )
    assert "Knee: 12 ratings, too few" in text
    assert "not proof of cause" in text


def test_factors_are_listed_with_their_families(rows):
    listed = rows("factors")
    assert [(row["name"], row["family"], row["step"]) for row in listed] == [
        (factor.name, factor.family, factor.step) for factor in FACTORS
    ]
    assert all(row["meaning"].endswith(".") and "NaN" not in row["meaning"] for row in listed[:2])


@pytest.mark.usefixtures("season")
def test_exposures_can_be_cut_to_the_last_ones(rows, run):
    table = rows("exposures", "--area", "upper_back")
    assert rows("exposures", "--area", "upper_back", "--last", 3) == table[-3:]
    assert rows("exposures", "--last", 10_000, "--area", "upper_back") == table
    run("exposures", "--last", 0, code=2)


def test_exposures_are_in_the_runners_units_with_labels(run, home, season):
    del season
    (home / "config.toml").write_text('units = "mi"')
    shown = run("exposures", "--last", "3").stdout.splitlines()[0]
    assert "(mi)" in shown
    assert "(km)" not in shown
    assert "shoe_km" not in shown


@pytest.mark.parametrize("typed", ["shoe distance", "Shoe-Distance", "shoe_km", "SHOE KM"])
def test_a_factor_goes_by_its_label_too(typed):
    from runlog.cli.lookup import FACTOR

    assert FACTOR.convert(typed, None, None) == "shoe_km"


@pytest.mark.usefixtures("season")
def test_links_are_printed_in_the_runner_s_steps_and_stored_in_metric_ones(run, rows, home):
    (home / "config.toml").write_text('units = "mi"')
    (of_json,) = [
        row
        for row in rows("links", "--area", "upper_back")
        if (row["factor"], row["area"]) == ("shoe_km", "upper_back")
    ]
    assert of_json["step"] == 100.0
    text = run("links", "--full", "--area", "upper_back").stdout
    line = next(line for line in text.splitlines() if line.startswith("Shoe distance"))
    assert "(+50 mi)" in line
    told = [float(number.replace("−", "-")) for number in re.findall(r"[+−]\d\.\d\d", line)]
    assert told == pytest.approx([0.804672 * of_json[key] for key in ("effect", "low", "high")], abs=0.006)
    halves = [0.804672 * of_json[key] for key in ("first_half", "second_half")]
    full = [line for line in text.splitlines() if line.startswith("Shoe distance (+50 mi)  ")][1]
    told = [float(number.replace("−", "-")) for number in re.findall(r"[+−]\d\.\d\d(?= |$)", full)]
    assert any(told[at : at + 2] == pytest.approx(halves, abs=0.006) for at in range(len(told) - 1))
    assert "62 mi" not in text
    assert "100 km" not in text
    listed = run("factors").stdout
    assert "+50 mi on the shoe" in listed
    assert {row["step_text"] for row in rows("factors") if row["name"] == "shoe_km"} == {
        "+100 km on the shoe"
    }
