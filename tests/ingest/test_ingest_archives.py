"""Archives are walked like folders: in memory, within limits, and never by the names that they hold."""

from __future__ import annotations

import errno
import gzip
import random
import struct
import time
import tracemalloc
import zipfile
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_archives import zipped

from runlog import ingest, journal
from runlog.errors import NotReadable
from runlog.ingest import archives
from runlog.ingest.archives import walk_source
from runlog.ingest.sources import FoundFile, find_files
from runlog.settings import Settings

DIARY = b"date,soreness\n2026-03-04,3\n2026-03-05,0\n"


def gpx(day=0, minutes=30):
    start = datetime(2026, 3, 1 + day, 7, tzinfo=UTC)
    points = "".join(
        f'<trkpt lat="{50 + 0.0003 * i}" lon="8"><time>{start + timedelta(seconds=12 * i):%Y-%m-%dT%H:%M:%SZ}'
        "</time></trkpt>"
        for i in range(5 * minutes)
    )
    track = f"<trk><type>running</type><trkseg>{points}</trkseg></trk>"
    return f'<gpx version="1.1" creator="t" xmlns="http://www.topografix.com/GPX/1/1">{track}</gpx>'.encode()


@pytest.fixture
def kept(tmp_path):
    with journal.open(tmp_path / "home") as opened:
        yield opened


def outcomes(summary, below):
    return {file.path.removeprefix(f"{below}/"): file.outcome for file in summary.files}


def test_members_come_in_like_files(kept, tmp_path):
    inner = zipped({"b.gpx.gz": gzip.compress(gpx(1)), "settings.txt": b"nothing"})
    archive = tmp_path / "export.zip"
    archive.write_bytes(zipped({"activities/a.gpx": gpx(), "parts/1.zip": inner, "diary.csv": DIARY}))
    summary = kept.add([archive])
    assert outcomes(summary, archive) == {
        "activities/a.gpx": "added",
        "parts/1.zip/b.gpx.gz": "added",
        "parts/1.zip/settings.txt": "skipped",
        "diary.csv": "added",
    }
    assert (summary.runs_added, summary.ratings_added) == (2, 2)
    (first, _) = kept.runs()
    assert first.sources == (f"{archive}/activities/a.gpx",)


@pytest.mark.parametrize("name", ["run.fit", "export", "a.gpx"])
def test_an_archive_is_told_by_its_content(kept, tmp_path, name):
    (tmp_path / name).write_bytes(zipped({"a.gpx": gpx()}))
    assert kept.add([tmp_path / name]).runs_added == 1


def test_the_same_run_unpacked_and_packed_is_known(kept, tmp_path):
    (tmp_path / "a.gpx").write_bytes(gpx())
    (tmp_path / "z.zip").write_bytes(zipped({"deep/er/a.gpx": gpx()}))
    summary = kept.add([tmp_path / "a.gpx", tmp_path / "z.zip"])
    assert [file.outcome for file in summary.files] == ["added", "known"]
    assert summary.files[1].reason == f"the same bytes as {tmp_path / 'a.gpx'}"


def test_what_is_hidden_and_what_a_mac_adds_is_left_out(kept, tmp_path):
    members = {
        "__MACOSX/._a.gpx": b"x",
        ".hidden/b.gpx": gpx(1),
        "c/.d.gpx": gpx(2),
        "a.gpx": gpx(),
        "e/": b"",
    }
    (tmp_path / "z.zip").write_bytes(zipped(members))
    assert list(outcomes(kept.add([tmp_path / "z.zip"]), tmp_path / "z.zip")) == ["a.gpx"]


@pytest.mark.parametrize("name", [b"../../evil.gpx", b"/etc/evil.gpx", b"C:\\evil.gpx", b"a\xff\x1b[2J.gpx"])
def test_a_members_name_is_never_a_path(tmp_path, name):
    home, outside = tmp_path / "home", tmp_path / "in" / "side"
    outside.mkdir(parents=True)
    placeholder = "x" * len(name)
    data = zipped({placeholder: gpx()}).replace(placeholder.encode(), name)
    (outside / "z.zip").write_bytes(data)
    before = set(tmp_path.rglob("*"))
    with journal.open(home) as kept:
        assert kept.add([outside / "z.zip"]).runs_added == 1
    new = {path.relative_to(tmp_path).parts[0] for path in set(tmp_path.rglob("*")) - before}
    assert new == {"home"}


def test_a_damaged_member_stops_no_other(kept, tmp_path):
    data = bytearray(zipped({"a.gpx": gpx(), "b.gpx": gpx(1), "c.gpx": gpx(2)}))
    at = data.index(b"b.gpx") + 200
    data[at : at + 50] = bytes(50)
    (tmp_path / "z.zip").write_bytes(data)
    summary = kept.add([tmp_path / "z.zip"])
    assert outcomes(summary, tmp_path / "z.zip") == {"a.gpx": "added", "b.gpx": "failed", "c.gpx": "added"}
    assert "damaged" in summary.files[1].reason
    assert not summary.ok


def test_an_archive_that_was_cut_off_says_so(kept, tmp_path):
    (tmp_path / "z.zip").write_bytes(zipped({"a.gpx": gpx()})[:-40])
    (file,) = kept.add([tmp_path / "z.zip"]).files
    assert (file.outcome, "zip archive is damaged" in file.reason) == ("failed", True)


def test_an_encrypted_member_says_what_to_do(kept, tmp_path):
    data = bytearray(zipped({"a.gpx": gpx()}))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    (tmp_path / "z.zip").write_bytes(data)
    (file,) = kept.add([tmp_path / "z.zip"]).files
    assert (file.outcome, "password" in file.reason) == ("failed", True)


def test_a_rare_packing_says_what_to_do(kept, tmp_path):
    (tmp_path / "z.zip").write_bytes(zipped({"a.gpx": gpx()}, zipfile.ZIP_LZMA))
    (file,) = kept.add([tmp_path / "z.zip"]).files
    assert (file.outcome, "unpack the archive" in file.reason) == ("failed", True)


def test_a_bomb_is_refused_by_its_ratio_in_little_memory(kept, tmp_path):
    bomb = zipped({"a.gpx": b"<gpx>" + b" " * (100 * 2**20)})
    (tmp_path / "bomb.zip").write_bytes(bomb)
    (tmp_path / "nested.zip").write_bytes(
        zipped({"inner.zip": zipped({"x": b"PK\x03\x04" + bytes(100 * 2**20)})})
    )
    tracemalloc.start()
    try:
        summary = kept.add([tmp_path / "bomb.zip", tmp_path / "nested.zip"])
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert [file.outcome for file in summary.files] == ["failed", "failed"]
    assert all("times its size" in file.reason for file in summary.files)
    assert peak < 32 * 2**20


def test_an_empty_archive_is_told(kept, tmp_path):
    (tmp_path / "z.zip").write_bytes(zipped({"folder/": b""}))
    (file,) = kept.add([tmp_path / "z.zip"]).files
    assert (file.outcome, file.reason) == ("skipped", "an archive without a file in it")


def test_zips_in_zips_end_somewhere(kept, tmp_path):
    data = zipped({"a.gpx": gpx()})
    for _ in range(5):
        data = zipped({"inner.zip": data})
    (tmp_path / "z.zip").write_bytes(data)
    (file,) = kept.add([tmp_path / "z.zip"]).files
    assert (file.outcome, "other zips" in file.reason) == ("failed", True)


def test_archives_within_one_have_a_limit_in_all(kept, monkeypatch, tmp_path):
    inner = zipped({f"{number}.txt": b"" for number in range(20)})
    (tmp_path / "a.zip").write_bytes(
        zipped({f"{number}.zip": inner for number in range(10)} | {"z.gpx": gpx()})
    )
    monkeypatch.setattr(archives, "MAX_TOTAL_MEMBERS", 100)
    summary = kept.add([tmp_path / "a.zip"])
    assert (summary.skipped, summary.failed, summary.runs_added) == (80, 6, 1)
    assert "over 100 files" in summary.files[-2].reason


def test_an_archive_of_too_many_files_is_refused_before_it_is_listed(monkeypatch, tmp_path):
    monkeypatch.setattr(archives, "MAX_MEMBERS", 3)
    (tmp_path / "z.zip").write_bytes(zipped({str(number): b"" for number in range(4)}))
    ((_, error),) = walk_source(*find_files([tmp_path / "z.zip"]), lambda _: None)
    assert isinstance(error, NotReadable)
    assert "lists 4 files" in str(error)


def test_a_full_folder_of_an_archive_is_not_gone_through_for_each_of_its_members(kept, tmp_path):
    (tmp_path / "full.zip").write_bytes(zipped({f"empty/{number}.gpx": b"<gpx/>" for number in range(3000)}))
    begun = time.monotonic()
    assert kept.add([tmp_path / "full.zip"]).skipped == 3000
    assert time.monotonic() - begun < 15.0  # a minute and more where it is


def test_what_lies_beside_a_list_is_read_up_to_a_limit_in_all(monkeypatch, tmp_path):
    spellings = ["SHOES.CSV", "Shoes.csv", "other/shoes.csv", "shoes.csv"]
    (tmp_path / "a.zip").write_bytes(zipped(dict.fromkeys(["activities.csv", *spellings], bytes(100))))
    monkeypatch.setattr(archives, "MAX_FILE_BYTES", 250)
    walked = walk_source(*find_files([tmp_path / "a.zip"]), print)
    source, _ = next(walked)
    assert list(source.read_sidecars(("shoes.csv",))) == ["SHOES.CSV", "Shoes.csv"]


@pytest.mark.parametrize("in_memory", [True, False])
def test_an_inner_archive_is_unpacked_once(tmp_path, monkeypatch, in_memory):
    """To memory, or to a file without a name; of its members no more than once."""
    if not in_memory:
        monkeypatch.setattr(archives, "_MAX_IN_MEMORY", 10)
    monkeypatch.setattr(archives.tempfile, "tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    inner = zipped({f"{day}.gpx": gpx(day) for day in range(3)})
    (tmp_path / "z.zip").write_bytes(zipped({"inner.zip": inner}))
    found = []
    for source, error in walk_source(*find_files([tmp_path / "z.zip"]), lambda _: None):
        assert error is None
        assert list((tmp_path / "temporary").iterdir()) == []
        found.append((source.display_path.rpartition("/")[2], source.read_all()))
    assert found == [(f"{day}.gpx", gpx(day)) for day in range(3)]


@pytest.fixture
def unpacked_bytes(monkeypatch):
    """Counts what zipfile unpacks."""
    counted = [0]
    read = zipfile.ZipExtFile._read1

    def counting(member, length):
        data = read(member, length)
        counted[0] += len(data)
        return data

    monkeypatch.setattr(zipfile.ZipExtFile, "_read1", counting)
    return counted


def test_what_is_unpacked_of_nested_archives_grows_with_their_members(tmp_path, unpacked_bytes):
    amounts = []
    for members in (100, 400):
        inner = zipped({f"{number}.bin": random.Random(number).randbytes(9000) for number in range(members)})
        (tmp_path / "z.zip").write_bytes(zipped({"inner.zip": inner}))
        unpacked_bytes[0] = 0
        for source, error in walk_source(*find_files([tmp_path / "z.zip"]), lambda _: None):
            assert error is None
            assert (len(source.head(100)), len(source.read_all())) == (100, 9000)
        amounts.append(unpacked_bytes[0])
    assert amounts[1] <= 4.2 * amounts[0]


def test_an_inner_archive_has_a_largest_size(tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "MAX_INNER_ARCHIVE_BYTES", 100)
    (tmp_path / "z.zip").write_bytes(zipped({"inner.zip": zipped({"a.gpx": gpx()}), "b.gpx": gpx(1)}))
    found = [
        (source.display_path.rpartition("/")[2], str(error or ""))
        for source, error in walk_source(*find_files([tmp_path / "z.zip"]), lambda _: None)
    ]
    assert [name for name, _ in found] == ["inner.zip", "b.gpx"]
    assert "unpack it and import" in found[0][1]


def test_no_room_to_unpack_an_inner_archive_is_no_damage(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(archives.shutil, "copyfileobj", full)
    (tmp_path / "z.zip").write_bytes(zipped({"inner.zip": zipped({"a.gpx": gpx()})}))
    ((_, error),) = walk_source(*find_files([tmp_path / "z.zip"]), lambda _: None)
    assert "no room in" in str(error)
    assert "damaged" not in str(error)


def overlapping(name, data, entries):
    """An archive that lists the same bytes many times, by other names."""
    whole = zipped({name: data})
    listing = whole.index(b"PK\x01\x02")
    end = whole.index(b"PK\x05\x06")
    one = whole[listing:end]
    many = b"".join(
        one.replace(name.encode(), f"{number:0{len(name)}}".encode()) for number in range(entries)
    )
    record = bytearray(whole[end:])
    struct.pack_into("<HHI", record, 8, entries, entries, len(many))
    return whole[:listing] + many + bytes(record)


def test_many_entries_on_one_member_are_one(kept, tmp_path, unpacked_bytes):
    (tmp_path / "z.zip").write_bytes(overlapping("0000", gpx(), 5000))
    summary = kept.add([tmp_path / "z.zip"])
    assert [file.outcome for file in summary.files] == ["added", "failed"]
    assert "4999 of the 5000 files" in summary.files[1].reason
    assert unpacked_bytes[0] < 10 * len(gpx())


def test_a_member_whose_listed_size_is_damaged_costs_itself_alone(kept, tmp_path):
    whole = zipped({f"{day}.gpx": gpx(day) for day in range(3)})
    data = bytearray(whole)
    struct.pack_into("<I", data, whole.index(b"PK\x01\x02") + 20, 10**6)
    (tmp_path / "z.zip").write_bytes(data)
    summary = kept.add([tmp_path / "z.zip"])
    assert outcomes(summary, tmp_path / "z.zip") == {
        "1.gpx": "added",
        "2.gpx": "added",
        str(tmp_path / "z.zip"): "failed",
    }
    assert "1 of the 3 files" in summary.files[-1].reason


def test_the_progress_counts_the_members(kept, tmp_path):
    (tmp_path / "z.zip").write_bytes(zipped({f"{day}.gpx": gpx(day) for day in range(3)}))
    (tmp_path / "b.txt").write_text("nothing")
    told = []
    kept.add(
        [tmp_path / "z.zip", tmp_path / "b.txt"], progress=lambda done, total, _: told.append((done, total))
    )
    assert told[-1] == (4, 4)
    assert [done for done, _ in told] == [1, 2, 3, 4]


def test_an_archive_seen_before_is_known_without_being_opened(kept, tmp_path, monkeypatch, aged):
    archive = tmp_path / "z.zip"
    archive.write_bytes(zipped({"a.gpx": gpx(), "b.txt": b"nothing", "c.gpx": b"<gpx><trk>"}))
    aged(archive)
    first = kept.add([archive])
    monkeypatch.setattr(FoundFile, "head", pytest.fail)
    again = kept.add([archive])
    assert outcomes(again, archive) == {"a.gpx": "known", "b.txt": "skipped", "c.gpx": "failed"}
    assert [file.reason for file in again.files][1:] == [file.reason for file in first.files][1:]
    assert again.files[0].runs == first.files[0].runs
    assert (again.ok, again.known, again.skipped, again.failed) == (False, 1, 1, 1)


@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_a_bent_archive_never_raises_anything_but_what_it_says(data, tmp_path_factory):
    whole = zipped(
        {"a.gpx": gpx(minutes=2), "b.zip": zipped({"c.csv": DIARY}), "d.fit.gz": gzip.compress(b"x")}
    )
    at = data.draw(st.integers(0, len(whole)))
    kind = data.draw(st.sampled_from(["cut", "flip", "splice"]))
    rest = {
        "cut": b"",
        "flip": bytes(byte ^ 0x55 for byte in whole[at : at + 4]) + whole[at + 4 :],
        "splice": data.draw(st.binary(max_size=40)) + whole[at:],
    }[kind]
    path = tmp_path_factory.mktemp("bent") / "z.zip"
    path.write_bytes(whole[:at] + rest)
    with journal.open(path.parent / "home") as kept:
        summary = ingest.import_files(kept._store, [path], Settings())
        assert sum(file.outcome == "added" for file in summary.files) <= 2
    assert not any("made a mistake" in file.reason for file in summary.files)
