"""FIT files written message by message."""

from __future__ import annotations

import struct
from datetime import UTC, datetime, timedelta

from garmin_fit_sdk import Encoder, Profile

from runlog.importers.fit import scan

START = datetime(2026, 3, 1, 7, tzinfo=UTC)
DEGREE = 2**31 / 180


class FitWriter:
    """Writer of FIT files with Garmin's own encoder, message by message."""

    def __init__(self, developer_fields=()):
        self.described = [_described(index, *field) for index, field in enumerate(developer_fields)]
        self.encoder = Encoder(
            {
                index: {"developer_data_id_mesg": _DEVELOPER, "field_description_mesg": description}
                for index, description in enumerate(self.described)
            }
        )

    def write(self, kind, **fields):
        self.encoder.write_mesg({"mesg_num": Profile["mesg_num"][kind.upper()], **fields})
        return self

    def begin(self, file_type="activity"):
        self.write("file_id", type=file_type, manufacturer="garmin", product=2697, time_created=START)
        if self.described:
            self.encoder.write_mesg(_DEVELOPER)
        for description in self.described:
            self.encoder.write_mesg(description)
        return self

    def records(self, count, first=0, step_m=3.0, **fields):
        for second in range(first, first + count):
            self.write(
                "record",
                timestamp=START + timedelta(seconds=second),
                position_lat=round((50 + second * step_m / 111_195) * DEGREE),
                position_long=round(8 * DEGREE),
                distance=second * step_m,
                heart_rate=120 + second % 40,
                cadence=82,
                **{name: value(second) for name, value in fields.items()},
            )
        return self

    def session(self, seconds, first=0, **fields):
        fields = {
            "sport": "running",
            "sub_sport": "generic",
            "total_elapsed_time": float(seconds),
            "total_timer_time": float(seconds),
            "total_distance": 3.0 * seconds,
        } | fields
        begin = START + timedelta(seconds=first)
        return self.write("session", timestamp=begin + timedelta(seconds=seconds), start_time=begin, **fields)

    def close(self):
        return bytes(self.encoder.close())


_DEVELOPER = {
    "mesg_num": Profile["mesg_num"]["DEVELOPER_DATA_ID"],
    "developer_data_index": 0,
    "application_id": [1] * 16,
}


def _described(index, name, units):
    return {
        "mesg_num": Profile["mesg_num"]["FIELD_DESCRIPTION"],
        "developer_data_index": 0,
        "field_definition_number": index,
        "fit_base_type_id": 136,  # float32
        "field_name": name,
        "units": units,
    }


def file_of(*messages, size=None):
    """Return a FIT file of encoded definitions and data messages."""
    body = b"".join(messages)
    size = len(body) if size is None else size
    head = bytes([14, 0x20, 0x64, 0x08]) + size.to_bytes(4, "little") + b".FIT\x00\x00" + body
    return head + scan.fit_checksum(head).to_bytes(2, "little")


def definition(local, kind, *fields, big=False, developer=None):
    """Return a message definition; fields and developer fields are (number, size, type or index)."""
    order = "big" if big else "little"
    triples = bytes([len(fields)]) + b"".join(map(bytes, fields))
    if developer is not None:
        triples += bytes([len(developer)]) + b"".join(map(bytes, developer))
    first = 0x40 | local | (0x20 if developer is not None else 0)
    return bytes([first, 0, big]) + kind.to_bytes(2, order) + triples


def message(local, layout, *values, seconds=None):
    """Return a data message; with ``seconds`` its header is compressed."""
    first = local if seconds is None else 0x80 | local << 5 | seconds % 32
    return bytes([first]) + struct.pack(layout, *values)
