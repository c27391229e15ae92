"""runlog demo."""


def test_the_demo_does_everything_in_a_home_of_its_own(run, home, monkeypatch, tmp_path):
    import tempfile

    opened = []
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr("webbrowser.open", opened.append)
    text = run("demo", "--open").stdout
    assert "Long run by the river" in text
    assert "Pacer 3 is over its limit" in text
    assert "−1.6" in text  # the truth about the warm-up
    (folder,) = tmp_path.glob("runlog-demo-*")
    assert f"runlog --home {folder} links" in text
    (page,) = (folder / "reports").glob("*.html")
    assert opened == [page.as_uri()]
    assert not home.exists()
