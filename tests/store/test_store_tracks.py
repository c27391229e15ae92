"""A track comes back from its bytes as it went in."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from runlog.model import TRACK_COLUMNS, Track
from runlog.store import tracks
from runlog.store.activities import read_track


@given(
    st.lists(st.sampled_from(TRACK_COLUMNS), unique=True, min_size=1).flatmap(
        lambda names: st.tuples(
            st.just(names),
            st.integers(0, 20).flatmap(
                lambda n: arrays.arrays(np.float64, (len(names), n), elements=st.floats(width=64))
            ),
        )
    )
)
def test_every_track_comes_back(names_and_values):
    names, values = names_and_values
    track = Track(dict(zip(names, values, strict=True)))
    back = tracks.decode_track(tracks.encode_track(track))
    assert list(back.columns) == names
    for name in names:
        np.testing.assert_array_equal(back[name], track[name])
        assert back[name].dtype == np.float64


def test_bytes_are_what_numpy_itself_reads_without_pickle(tmp_path, track):
    file = tmp_path / "track.npz"
    file.write_bytes(tracks.encode_track(track(60, 200)))
    with np.load(file, allow_pickle=False) as npz:
        assert list(npz["names"])[:2] == ["time_s", "segment"]


def test_a_shape_comes_back():
    shape = np.array([[50.1, 8.2], [50.2, np.nan]])
    np.testing.assert_array_equal(tracks.decode_shape(tracks.encode_shape(shape)), shape)


def test_richness_counts_columns_with_values_beside_the_clock(track):
    assert tracks._count_value_columns(track(60, 200)) == 3
    assert tracks._count_value_columns(track(60, 200, heart_rate_bpm=140.0)) == 4
    assert tracks._count_value_columns(track(60, 200, heart_rate_bpm=np.nan)) == 3


def test_a_track_is_found_by_a_numpy_id(stored, files, run, track):
    files.add("/a.fit", run(track=track(3000, 10_000)))
    assert stored.read(read_track, np.int64(1)) is not None
