"""Read the members of zip archives in bounded memory; only an archive within one is unpacked, once."""

from __future__ import annotations

import errno
import shutil
import struct
import sys
import tempfile
import warnings
import zipfile
import zlib
from collections import defaultdict
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import IO, TYPE_CHECKING

from runlog.errors import BadInput, NotReadable, NotTaken
from runlog.fileio import MAX_COMPRESSION_RATIO, MAX_FILE_BYTES, RATIO_CHECK_FROM_BYTES
from runlog.i18n import say
from runlog.ingest.sources import match_names

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from runlog.ingest.sources import FoundFile

ZIP_MAGIC = (b"PK\x03\x04", b"PK\x05\x06")  # a member, or the end of an archive without any

#: Ten years of an account with all its photos are some 20,000 files.
MAX_MEMBERS = 100_000
#: Those of the archives within one counted, too: three layers of full ones would never end.
MAX_TOTAL_MEMBERS = 250_000
#: Zips in zips in zips: Garmin's archive has two layers.
MAX_DEPTH = 3
#: An archive within one is unpacked to memory; a larger one to a file without a name, gone when it is closed.
_MAX_IN_MEMORY = 16 * 2**20
#: Garmin's inner archives have a few hundred MB.
MAX_INNER_ARCHIVE_BYTES = 4 * 2**30
_ENCRYPTED_FLAG = 0x1
_MACOS_FOLDER = "__MACOSX"

_END_RECORD = b"PK\x05\x06"
_END_RECORD_64 = b"PK\x06\x06"
_LOCAL_HEADER_BYTES = 30  # at least
_TAIL_BYTES = 2**16 + 200


@dataclass(frozen=True, slots=True)
class ArchiveMember:
    """A file within an archive, which can be read while that is open; its name is never used as a path."""

    archive: zipfile.ZipFile
    info: zipfile.ZipInfo
    display_path: str  # the archive as the runner named it, and the member's name
    abs_path: str  # the archive's absolute path, and the member's name
    folder: Sequence[zipfile.ZipInfo]  # all of the same folder, this one too

    @property
    def size(self) -> int:
        """In bytes, once unpacked, as the archive states it; no more than that is ever read."""
        return self.info.file_size

    @contextmanager
    def open(self) -> Iterator[IO[bytes]]:
        """Open it; the bytes are unpacked as they are read.

        Raises:
            NotReadable: it is damaged, encrypted, or packed in a way that is not known here.
        """
        if self.info.flag_bits & _ENCRYPTED_FLAG:
            raise NotReadable("encrypted; unpack the archive with its password and import the folder")
        if self.info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise NotReadable("packed in a rare way; unpack the archive and import the folder")
        with _translate_zip_errors():
            with warnings.catch_warnings():  # of entries on one member, which are refused with their number
                warnings.simplefilter("ignore", UserWarning)
                member = self.archive.open(self.info)
            with member:
                yield member

    def head(self, length: int) -> bytes:
        """Read the beginning; raises as ``open`` does."""
        with self.open() as member:
            return member.read(length)

    def read_all(self) -> bytes:
        """Read all of it; raises as ``open`` and ``check_ratio`` do."""
        self.check_ratio()
        return self.head(MAX_FILE_BYTES)

    def check_ratio(self) -> None:
        """Refuse what is made to fill a memory or to take for ever.

        Raises:
            NotReadable: by its stated size, beyond which nothing is ever unpacked.
        """
        if self.size > max(RATIO_CHECK_FROM_BYTES, MAX_COMPRESSION_RATIO * self.info.compress_size):
            raise NotReadable(
                "unpacks to over {most} times its size, which no recording does", most=MAX_COMPRESSION_RATIO
            )

    def read_sidecars(self, patterns: tuple[str, ...]) -> dict[str, bytes]:
        """Read the members of the same folder whose names match; raises as ``read_all`` does.

        Of what is more in all than one file may hold the last ones are left out.
        """
        infos = {info.filename: info for info in self.folder} if patterns else {}
        found: dict[str, bytes] = {}
        room = MAX_FILE_BYTES
        for name in match_names(list(infos), patterns):
            room -= infos[name].file_size
            if room >= 0:
                found[name] = ArchiveMember(self.archive, infos[name], name, name, self.folder).read_all()
        return found


if TYPE_CHECKING:
    #: What can be imported: a file on disk, or a member of an archive; both raise BadInput where unreadable.
    InputSource = FoundFile | ArchiveMember


def read_members(
    file: IO[bytes], display_path: str, abs_path: str, on_members: Callable[[int], None]
) -> Iterator[ArchiveMember]:
    """Yield the files in a zip archive, in the archive's order; ``on_members`` is told how many there are.

    Raises:
        NotTaken: there are none.
        NotReadable: the archive is damaged, or lists more files than any app writes.
    """
    with _translate_zip_errors():
        _refuse_too_many_members(file)
        with zipfile.ZipFile(file) as archive:
            listed = [
                info for info in archive.infolist() if not info.is_dir() and not _is_hidden(info.filename)
            ]
            if not listed:
                raise NotTaken("an archive without a file in it")
            infos = _without_overlaps(listed)
            on_members(len(infos))
            folders = defaultdict(list)
            for info in infos:
                folders[_folder_name(info)].append(info)
            for info in infos:
                storable = info.filename.encode("utf-8", errors="backslashreplace").decode()
                shown, known = f"{display_path}/{info.filename}", f"{abs_path}/{storable}"
                yield ArchiveMember(archive, info, shown, known, folders[_folder_name(info)])
            if len(infos) < len(listed):
                left_out = say("{n} of the {all} files", n=len(listed) - len(infos), all=len(listed))
                raise NotReadable(
                    "{left_out} that it lists share bytes with others and were left out; the zip archive "
                    "is damaged, or made to take for ever",
                    left_out=left_out,
                )


def _without_overlaps(infos: Sequence[zipfile.ZipInfo]) -> list[zipfile.ZipInfo]:
    """Return the members, in their order, without those that reach into the next one's bytes.

    Of several that begin at the same place the first is kept.
    """
    first_at: dict[int, zipfile.ZipInfo] = {}
    for info in infos:
        first_at.setdefault(info.header_offset, info)
    begins = sorted(first_at)
    ends = dict(zip(begins, [*begins[1:], sys.maxsize], strict=True))
    return [
        info
        for info in infos
        if first_at[info.header_offset] is info
        and info.header_offset + _LOCAL_HEADER_BYTES + info.compress_size <= ends[info.header_offset]
    ]


def _folder_name(info: zipfile.ZipInfo) -> str:
    return info.filename.rpartition("/")[0]


def _is_hidden(name: str) -> bool:
    parts = set(PurePosixPath(name).parts) - {".", ".."}
    return any(part.startswith(".") or part == _MACOS_FOLDER for part in parts)


def _refuse_too_many_members(file: IO[bytes]) -> None:
    """Refuse an archive by the number of files that its last bytes state, before it is held in memory."""
    file.seek(0, 2)
    file.seek(max(0, file.tell() - _TAIL_BYTES))
    tail = file.read()
    counts = [0]
    if (end := tail.rfind(_END_RECORD)) >= 0 and len(tail) >= end + 12:
        counts.append(struct.unpack_from("<H", tail, end + 10)[0])
    if (end := tail.rfind(_END_RECORD_64)) >= 0 and len(tail) >= end + 40:
        counts.append(struct.unpack_from("<Q", tail, end + 32)[0])
    if max(counts) > MAX_MEMBERS:
        raise NotReadable(
            "lists {counts} files; runlog reads archives of up to {most}",
            counts=max(counts),
            most=MAX_MEMBERS,
        )
    file.seek(0)


@contextmanager
def _translate_zip_errors() -> Iterator[None]:
    """Raise NotReadable for all that zipfile and its decompressors raise, also of bytes bent on purpose."""
    try:
        yield
    except (
        *(zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError),
        *(struct.error, RuntimeError, OverflowError, IndexError),
    ) as error:
        raise NotReadable("the zip archive is damaged: {error}", error=error) from error


def is_archive(source: InputSource) -> bool:
    """Return whether a source is a zip archive; False where it cannot be read."""
    try:
        return source.head(len(ZIP_MAGIC[0])).startswith(ZIP_MAGIC)
    except BadInput:
        return False


def walk_source(
    source: InputSource, on_members: Callable[[int], None]
) -> Iterator[tuple[InputSource, BadInput | None]]:
    """Yield the source itself, or each member of the archive that it is; read one before asking for the next.

    With a source that cannot be opened comes the error. Once an archive is open, ``on_members`` is called
    with how many members it has.
    """
    in_all = 0

    def count(members: int) -> None:
        nonlocal in_all
        if in_all + members > MAX_TOTAL_MEMBERS:
            raise NotReadable(
                "over {most} files in archives within it; unpack it and import the folder",
                most=MAX_TOTAL_MEMBERS,
            )
        in_all += members
        on_members(members)

    yield from _walk_members(source, count, depth=0)


def _walk_members(
    source: InputSource, on_members: Callable[[int], None], depth: int
) -> Iterator[tuple[InputSource, BadInput | None]]:
    try:
        if not source.head(len(ZIP_MAGIC[0])).startswith(ZIP_MAGIC):
            yield source, None
            return
        if depth == MAX_DEPTH:
            raise NotReadable("a zip in {depth} other zips; unpack it and import what is inside", depth=depth)
        if isinstance(source, ArchiveMember):
            source.check_ratio()
        with source.open() as packed, _unpack_once(packed, source, depth) as file:
            for member in read_members(file, source.display_path, source.abs_path, on_members):
                yield from _walk_members(member, on_members, depth + 1)
    except BadInput as error:
        yield source, error


@contextmanager
def _unpack_once(packed: IO[bytes], source: InputSource, depth: int) -> Iterator[IO[bytes]]:
    """Give an archive within another as a file that can be searched: else each step back unpacks it again."""
    if not depth:
        yield packed
        return
    if source.size > MAX_INNER_ARCHIVE_BYTES:
        raise NotReadable(
            "an archive of {size:.1f} GB within another; unpack it and import what is inside",
            size=source.size / 2**30,
        )
    with tempfile.SpooledTemporaryFile(_MAX_IN_MEMORY) as file:
        try:
            shutil.copyfileobj(packed, file)
            file.seek(0)
        except OSError as error:
            if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
                raise
            raise NotReadable(
                "no room in {folder} for {size:.0f} MB to unpack it; make room there, or unpack "
                "it and import what is inside",
                folder=tempfile.gettempdir(),
                size=source.size / 2**20,
            ) from error
        yield file
