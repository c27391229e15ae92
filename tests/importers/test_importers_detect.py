"""The format of a file: by content, packed or not, in bounded memory."""

from __future__ import annotations

import gzip
import io
import pickle
import tracemalloc
import zipfile
import zlib

import pytest

from runlog import importers
from runlog.errors import NotReadable, NotTaken
from runlog.importers import FORMATS, detect
from runlog.importers.detect import Head

FIT_HEADER = b"\x0e\x10\x34\x08\0\0\0\0.FIT\0\0"


class Trap:
    def __reduce__(self):
        return (pytest.fail, ("unpickled",))


def zipped():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.fit", b"x")
    return out.getvalue()


def test_the_content_decides_and_not_the_name(run_fit, settings, tmp_path):
    path = tmp_path / "diary.csv"
    path.write_bytes(run_fit)
    assert importers.read_bytes(path.read_bytes(), path.name, settings).format == "fit"


def test_gzip_is_unpacked_whatever_the_name(run_fit, settings, tmp_path):
    path = tmp_path / "run.fit"
    path.write_bytes(gzip.compress(run_fit))
    assert len(importers.read_bytes(path.read_bytes(), path.name, settings).activities[0].track) == 121


def test_gzip_of_several_members_is_unpacked_whole(run_fit, settings):
    packed = gzip.compress(run_fit[:1000]) + gzip.compress(run_fit[1000:])
    assert len(importers.read_bytes(packed, "run.fit.gz", settings).activities[0].track) == 121


def test_the_beginning_of_gzip_goes_on_over_its_members(run_fit):
    packed = b"".join(gzip.compress(run_fit[at : at + 5]) for at in range(0, len(run_fit), 5))
    assert detect.decompress_head(packed) == run_fit[: detect.HEAD_SIZE]


@pytest.mark.parametrize("size", [1, 100_000])
def test_zeros_after_gzip_are_padding(run_fit, settings, size):
    reading = importers.read_bytes(gzip.compress(run_fit) + bytes(size), "run.fit.gz", settings)
    assert (len(reading.activities[0].track), reading.problems) == (121, ())


@pytest.mark.parametrize("rest", [b"x", b"trailing" * 20_000, b"\0\0PK\x03\x04"])
def test_what_follows_gzip_and_is_none_is_left_out_and_said(run_fit, settings, rest):
    reading = importers.read_bytes(gzip.compress(run_fit) + rest, "run.fit.gz", settings)
    assert len(reading.activities[0].track) == 121
    assert [str(problem) for problem in reading.problems] == [
        f"{len(rest)} bytes after the end of the gzip archive are not gzip; they were left out"
    ]


@pytest.mark.parametrize("rest", [bytes(9), b"trailing", gzip.compress(bytes(300_000))])
def test_gzip_that_unpacks_to_many_times_its_size_ends_where_it_ends(rest):
    unpacked, _ = detect.decompress(gzip.compress(bytes(300_000)) + rest)
    assert unpacked == bytes(600_000 if rest.startswith(b"\x1f") else 300_000)


def test_a_damaged_second_member_leaves_the_first(run_fit, settings):
    packed = gzip.compress(run_fit) + b"\x1f\x8b\x08\x00trash"
    reading = importers.read_bytes(packed, "run.fit.gz", settings)
    assert len(reading.activities[0].track) == 121
    assert "damaged" in str(reading.problems[0])


def test_the_size_of_all_members_counts_for_their_ratio():
    large, small = bytes(range(256)) * 6000, b"x"
    packed = zlib.compressobj(0, wbits=31)
    stored = packed.compress(large) + packed.flush()
    assert detect.decompress(stored + gzip.compress(small)) == (large + small, None)


def test_many_small_members_take_time_by_their_number(monkeypatch):
    class Counted:
        fed = 0

        def __init__(self, wbits):
            self._member = zlib_decompressobj(wbits=wbits)

        def __getattr__(self, name):
            return getattr(self._member, name)

        def decompress(self, data, limit):
            Counted.fed += len(data)
            return self._member.decompress(data, limit)

    zlib_decompressobj = zlib.decompressobj
    monkeypatch.setattr(detect.zlib, "decompressobj", Counted)
    fed = []
    for members in (100, 400):
        Counted.fed = 0
        unpacked, problem = detect.decompress(gzip.compress(b"a line\n") * members)
        assert (unpacked, problem) == (b"a line\n" * members, None)
        fed.append(Counted.fed)
    assert fed[1] <= 4.5 * fed[0]


def test_gzip_that_ends_early_gives_what_is_before(settings):
    rows = "".join(f"2026-{month:02d}-{day:02d},{day % 10}\n" for month in (1, 2) for day in range(1, 29))
    packed = gzip.compress(f"date,soreness\n{rows}".encode())
    reading = importers.read_bytes(packed[:-20], "diary.csv.gz", settings)
    assert 0 < len(reading.entries) < 56
    assert "gzip" in str(reading.problems[0])


def test_gzip_without_any_content_is_not_readable(settings):
    with pytest.raises(NotReadable, match="gzip"):
        importers.read_bytes(b"\x1f\x8b\x08\x00trash", "run.fit.gz", settings)


@pytest.mark.parametrize("limit", ["MAX_COMPRESSION_RATIO", "MAX_FILE_BYTES"])
def test_a_gzip_bomb_is_refused_in_bounded_memory(settings, monkeypatch, limit):
    packer = zlib.compressobj(9, wbits=31)
    packed = b"".join(packer.compress(bytes(2**20)) for _ in range(100)) + packer.flush()
    if limit == "MAX_FILE_BYTES":
        monkeypatch.setattr(detect, "MAX_COMPRESSION_RATIO", 10**6)
        monkeypatch.setattr(detect, limit, 16 * 2**20)
    tracemalloc.start()
    try:
        with pytest.raises(NotReadable, match="no recording"):
            importers.read_bytes(packed, "run.fit.gz", settings)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 64 * 2**20


def test_a_fit_header_before_nothing_but_zeros_takes_little_memory(settings):
    tracemalloc.start()
    try:
        with pytest.raises(NotReadable, match="damaged"):
            importers.read_bytes(FIT_HEADER + bytes(16 * 2**20), "run.fit", settings)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 64 * 2**20


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (zipped(), "a zip archive"),
        (pickle.dumps(Trap()), "never opened"),
        (b"<html></html>", "a web page"),
        (b"<!-- a --><svg/>", "<svg>"),
        (b'{"a": 1}', "JSON"),
        (b"%PDF-1.7", "PDF"),
    ],
)
def test_what_runlog_does_not_read_is_named(settings, data, reason):
    with pytest.raises(NotTaken, match=reason):
        importers.read_bytes(data, "run.fit", settings)


@pytest.mark.parametrize("data", [b"", bytes(5000), b"\x0e\x10garbage\x00\xff" * 9])
@pytest.mark.parametrize("name", ["run.fit", "RUN.FIT.gz", "run.gpx"])
def test_a_recording_without_its_beginning_is_damaged(settings, data, name):
    with pytest.raises(NotReadable):
        importers.read_bytes(data, name, settings)


def test_every_file_has_one_claimant_at_most(run_fit):
    heads = [
        run_fit,
        b"<?xml version='1.0'?><!-- <gpx> --><TrainingCenterDatabase>",
        b"\xef\xbb\xbf<?xml version='1.0'?>\n<gpx>",
        b"date,name,soreness,default\n",
        b"name,default,from\n",
    ]
    claims = [[importer.name for importer in FORMATS if importer.claims(Head(head, "x"))] for head in heads]
    assert claims == [["fit"], ["tcx"], ["gpx"], ["diary"], ["shoes"]]


def test_many_comments_before_the_root_take_no_time():
    head = b"<!-- > -->" * 5000 + b"<!"
    assert Head(head).xml_root is None


@pytest.mark.parametrize("encoding", ["undefined", "idna", "punycode", "hex", "no-such"])
def test_an_impossible_encoding_is_handled(encoding):
    data = f'<?xml version="1.0" encoding="{encoding}"?><gpx>'.encode() + b"\xff</gpx>"
    assert "<gpx>" in detect.decode_text(data)
