"""Encode tracks, route shapes and track summaries for storage, and decode them."""

from __future__ import annotations

import io
import json
import lzma
import struct
import tokenize
import zipfile
import zlib
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from runlog.model import EasySegment, ThirdMeans, Track, TrackSummary

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from runlog.model import Floats

#: No track unpacks to more; all the points of a FIT file of the largest size that is read have some 400 MB.
MAX_TRACK_BYTES = 2**30
_MAX_SHAPE_BYTES = 256 * 2**20
#: Whatever zipfile and NumPy raise when bits of an npz file are not what they were.
_NPZ_ERRORS = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, tokenize.TokenError),
    *(EOFError, OSError, SyntaxError, RuntimeError, MemoryError, OverflowError),
    *(TypeError, LookupError, AttributeError),
)

_CLOCK_COLUMNS = ("time_s", "segment")  # always there, so they say nothing about how rich a track is


class PackedDerived(NamedTuple):
    """What is derived of a track, packed."""

    shape: bytes | None  # the route shape, as `encode_shape` gives it; None without a route
    digest: str  # the digest as JSON
    version: int  # of the code that made both


@dataclass(frozen=True, slots=True)
class PackedTrack:
    """A track and what is derived of it, packed: small to pass between processes, ready to be stored."""

    arrays: bytes  # the track, as `encode_track` gives it
    columns: int  # that hold values, besides time and segment
    points: int
    derived: PackedDerived
    unpacked: Track | None = field(default=None, compare=False, repr=False)  # while within its process

    def __reduce__(self) -> tuple[object, ...]:
        return PackedTrack, (self.arrays, self.columns, self.points, self.derived)

    def unpack(self) -> Track:
        """Return the track."""
        return decode_track(self.arrays) if self.unpacked is None else self.unpacked


def pack_track(track: Track, derived: PackedDerived) -> PackedTrack:
    """Pack a track together with what is derived of it."""
    return PackedTrack(encode_track(track), _count_value_columns(track), len(track), derived, track)


def pack_derived(shape: Floats | None, digest: TrackSummary, version: int) -> PackedDerived:
    """Pack a route shape, degrees (n, 2) or None without a route, and a digest."""
    packed = None if shape is None else encode_shape(shape)
    return PackedDerived(packed, json.dumps(asdict(digest), separators=(",", ":")), version)


def encode_track(track: Track) -> bytes:
    """Return a track as an npz file: ``names`` and, one row per name, ``values``."""
    return _write_npz(
        names=np.array(list(track.columns)),
        values=np.array([np.asarray(column, dtype=np.float64) for column in track.columns.values()]),
    )


def decode_track(arrays: bytes) -> Track:
    """Return the track that `encode_track` made these bytes of.

    Raises:
        ValueError: they are no longer what it made.
    """
    npz = _read_npz(arrays)
    return Track(dict(zip(npz["names"].tolist(), npz["values"], strict=True)))


def encode_shape(shape: Floats) -> bytes:
    """Return a route shape, degrees (n, 2), as its bare numbers: a history reads thousands of them."""
    return zlib.compress(np.ascontiguousarray(shape, dtype="<f8").tobytes(), level=1)


def decode_shape(arrays: bytes) -> Floats:
    """Return the shape that `encode_shape` made these bytes of.

    Raises:
        ValueError: they are no longer what it made.
    """
    unpacker = zlib.decompressobj()
    try:
        numbers = np.frombuffer(unpacker.decompress(arrays, _MAX_SHAPE_BYTES), dtype="<f8")
    except zlib.error as error:
        raise ValueError(str(error)) from error
    if not unpacker.eof:
        raise ValueError("it is cut off, or unpacks to more than a route can be")
    return numbers.reshape(-1, 2).astype(np.float64)


def decode_digest(text: str) -> TrackSummary:
    """Return the summary that `pack_derived` made this text of.

    Raises:
        ValueError: it is no longer what it made.
    """
    try:
        content = json.loads(text)
        return TrackSummary(
            heart_s={int(bpm): seconds for bpm, seconds in content["heart_s"].items()},
            form={column: ThirdMeans(*values) for column, values in content["form"].items()},
            warmup=content["warmup"] and EasySegment(*content["warmup"]),
            cooldown=content["cooldown"] and EasySegment(*content["cooldown"]),
        )
    except (TypeError, KeyError, AttributeError, RecursionError) as error:
        raise ValueError(str(error)) from error


def _count_value_columns(track: Track) -> int:
    return sum(
        bool(np.isfinite(column).any())
        for name, column in track.columns.items()
        if name not in _CLOCK_COLUMNS
    )


def _read_npz(arrays: bytes) -> dict[str, NDArray[Any]]:
    try:
        with zipfile.ZipFile(io.BytesIO(arrays)) as packed:
            size = sum(member.file_size for member in packed.infolist())
        if size > MAX_TRACK_BYTES:
            raise ValueError(f"it unpacks to {size} bytes")
        with np.load(io.BytesIO(arrays), allow_pickle=False) as npz:
            return dict(npz)
    except _NPZ_ERRORS as error:
        raise ValueError(str(error)) from error


def _write_npz(**arrays: Floats) -> bytes:
    """Write as numpy.savez_compressed, at zlib's level 1: a third of the time for a tenth more bytes."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as npz:
        for name, array in arrays.items():
            with npz.open(f"{name}.npy", "w") as member:
                np.lib.format.write_array(member, array, allow_pickle=False)
    return file.getvalue()
