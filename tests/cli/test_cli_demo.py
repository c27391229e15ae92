"""runlog demo."""


def test_the_demo_does_everything_in_a_home_of_its_own(run, home, monkeypatch, tmp_path):
    import tempfile

    opened = []
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr("webbrowser.open", opened.append)
    lines = [line.rstrip() for line in run("demo", "--open").stdout.splitlines()]
    text = "\n".join(lines)
    assert "retire Pacer 3" in text
    assert "−1.60" in text  # the truth about the warm-up
    assert sum(-(-max(1, len(line)) // 80) for line in lines) <= 2 * 24, "two screens of 80 columns"
    after = lines[lines.index("Three things to try") :]
    assert sum(line.startswith("  runlog --home ") for line in after) == 3
    (folder,) = tmp_path.glob("runlog-demo-*")
    assert f"runlog --home {folder} links" in text
    (page,) = (folder / "reports").glob("*.html")
    assert opened == [page.as_uri()]
    assert not home.exists()
