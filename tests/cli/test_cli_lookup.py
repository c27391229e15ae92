"""What the shell offers, asked the way that bash asks."""


def test_commands(offered, process):
    assert offered("sho") == ["shoes", "show"]
    done = process(_RUNLOG_COMPLETE="bash_complete", COMP_WORDS="runlog sho", COMP_CWORD="1")
    assert (done.stdout.split(), done.stderr) == (["plain,shoes", "plain,show"], "")


def test_runs_and_shoes_of_the_home(offered, run, ran, home):
    ran()
    run("shoes", "add", "Pegasus")
    assert offered("show", "1") == ["1"]
    assert offered("shoes", "retire", "pe") == ["Pegasus"]
    assert offered("--home", str(home.parent / "other"), "shoes", "retire", "pe") == []
    assert not (home.parent / "other").exists()


def test_routes(offered, run, ran):
    ran()
    run("routes", "name", "R1", "River loop")
    assert offered("routes", "join", "r") == ["R1"]
    assert offered("runs", "--route", "R2") == []


def test_factors_charts_and_areas(offered):
    assert offered("links", "--area", "lower") == ["lower_back", "lower_leg"]
    assert offered("chart", "exposure", "--factor", "route") == ["route_share", "route_streak"]
    assert offered("tips", "--for", "shoe_k") == ["shoe_km"]


def test_a_broken_home_offers_nothing_and_says_nothing(offered, home):
    home.mkdir()
    (home / "runlog.db").write_bytes(b"not a database at all" * 100)
    assert offered("show", "1") == []
