"""Define the tables, and migrate an older database step by step.

A released step never changes; new ones are appended.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from runlog.errors import StoreError
from runlog.i18n import N_
from runlog.store.connection import read_version, transaction

if TYPE_CHECKING:
    import sqlite3

INITIAL_TABLES = (
    """
    CREATE TABLE file (
        id          INTEGER PRIMARY KEY AUTOINCREMENT,
        sha256      TEXT NOT NULL UNIQUE,
        path        TEXT NOT NULL,    -- where it was first seen
        format      TEXT NOT NULL,
        is_diary    INTEGER NOT NULL,
        imported_at TEXT NOT NULL
    ) STRICT
    """,
    """
    CREATE TABLE diary (              -- which version of each diary holds
        path    TEXT PRIMARY KEY,
        file_id INTEGER NOT NULL REFERENCES file (id)
    ) STRICT
    """,
    """
    CREATE TABLE activity (           -- what happened once, however many files tell it
        id   INTEGER PRIMARY KEY AUTOINCREMENT,
        worn TEXT                     -- the shoe that the runner put on it by hand
    ) STRICT
    """,
    """
    CREATE TABLE recording (          -- an activity as one file tells it
        id              INTEGER PRIMARY KEY AUTOINCREMENT,
        activity_id     INTEGER NOT NULL REFERENCES activity (id),
        file_id         INTEGER NOT NULL REFERENCES file (id),
        position        INTEGER NOT NULL,  -- within the file
        start           TEXT NOT NULL,
        duration_s      REAL NOT NULL,
        sport           TEXT NOT NULL,
        sub_sport       TEXT,
        kind            TEXT NOT NULL,
        name            TEXT,
        utc_offset_s    INTEGER,
        moving_s REAL, distance_m REAL, ascent_m REAL, avg_hr REAL, max_hr REAL, avg_cadence_spm REAL,
        rpe REAL, feel REAL,
        shoe            TEXT,
        device          TEXT,
        laps            TEXT NOT NULL,     -- JSON: [start, duration_s, distance_m, intensity] each
        streams         INTEGER NOT NULL,  -- how many columns of the track hold values
        points          INTEGER NOT NULL,
        UNIQUE (file_id, position)
    ) STRICT
    """,
    "CREATE INDEX recording_by_start ON recording (start)",
    "CREATE INDEX recording_by_activity ON recording (activity_id)",
    """
    CREATE TABLE track (              -- apart from recording, so that lists stay quick to read
        recording_id INTEGER PRIMARY KEY REFERENCES recording (id),
        arrays       BLOB NOT NULL
    ) STRICT
    """,
    """
    CREATE TABLE shape (              -- a cache: may be deleted at any time
        recording_id INTEGER PRIMARY KEY REFERENCES recording (id),
        version      INTEGER NOT NULL,     -- of the code that made it
        arrays       BLOB                  -- NULL: the track has no route
    ) STRICT
    """,
    """
    CREATE TABLE entry (
        id           INTEGER PRIMARY KEY AUTOINCREMENT,
        source       TEXT NOT NULL,   -- "log" or the diary's path
        moment       TEXT NOT NULL,
        area         TEXT NOT NULL,
        utc_offset_s INTEGER NOT NULL,
        soreness REAL, warmup INTEGER, cooldown INTEGER, shoe TEXT, rpe REAL,
        strength INTEGER, strength_min REAL, desk_hours REAL, posture REAL, note TEXT,
        run          INTEGER REFERENCES activity (id),
        UNIQUE (moment, area)
    ) STRICT
    """,
    """
    CREATE TABLE shoe (
        name       TEXT PRIMARY KEY,
        from_date  TEXT,
        retired    TEXT,
        start_m    REAL NOT NULL,
        limit_m    REAL,
        is_default INTEGER NOT NULL
    ) STRICT
    """,
)


APP_LISTS = (
    "ALTER TABLE recording ADD COLUMN sport_guessed INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE recording ADD COLUMN day_only INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE recording ADD COLUMN external TEXT",  # the row of a list: known again when the list is newer
    "CREATE UNIQUE INDEX recording_by_external ON recording (external)",
    """
    CREATE TABLE seen (               -- a cache: what came of a file, by what a listing showed of it
        id       INTEGER PRIMARY KEY,
        path     TEXT NOT NULL,       -- of the file or archive on disk
        member   TEXT NOT NULL,       -- within the archive, or ''
        size     INTEGER NOT NULL,    -- of the file on disk
        mtime_ns INTEGER NOT NULL,
        reader   TEXT NOT NULL,       -- the code and settings that it was read with
        outcome  TEXT NOT NULL,
        reason   TEXT NOT NULL,
        problems TEXT NOT NULL,       -- JSON, or ''
        file_id  INTEGER REFERENCES file (id)
    ) STRICT
    """,
    "CREATE INDEX seen_by_path ON seen (path)",
)


NEVER_MERGE = (
    "ALTER TABLE activity ADD COLUMN kept_apart INTEGER NOT NULL DEFAULT 0",  # the runner has split it
)


DERIVED_CACHE = (
    "DROP TABLE shape",
    """
    CREATE TABLE derived (            -- a cache: may be deleted at any time
        recording_id INTEGER PRIMARY KEY REFERENCES recording (id),
        shape        BLOB,                 -- NULL: the track has no route
        digest       TEXT NOT NULL,        -- JSON
        version      INTEGER NOT NULL      -- of the code that made it
    ) STRICT
    """,
)


SHOE_RULES = (
    "ALTER TABLE shoe ADD COLUMN rests TEXT NOT NULL DEFAULT '[]'",  # JSON: [first, last day] each
    # what is but another name of a pair keeps its row, so that they can be told apart again
    "ALTER TABLE shoe ADD COLUMN same_as TEXT REFERENCES shoe (name) ON UPDATE CASCADE",
    """
    CREATE TABLE shoe_rule (          -- on which runs a pair is worn of which nothing else is said
        id       INTEGER PRIMARY KEY AUTOINCREMENT,
        shoe     TEXT NOT NULL REFERENCES shoe (name) ON UPDATE CASCADE,
        surface  TEXT,
        weekdays TEXT,                -- "sat,sun"
        min_m    REAL,
        max_m    REAL,
        season   TEXT                 -- "11-01..03-31"
    ) STRICT
    """,
)


ALERTS = (
    """
    CREATE TABLE alert (              -- one for each cause, which may go and come again
        id            INTEGER PRIMARY KEY AUTOINCREMENT,  -- what the runner calls it by
        kind          TEXT NOT NULL,
        subject       TEXT NOT NULL,
        severity      TEXT NOT NULL CHECK (severity IN ('info', 'warn', 'urgent')),  -- as it stands
        message       TEXT NOT NULL,  -- this and the next two: as said last
        why           TEXT NOT NULL,
        todo          TEXT NOT NULL,
        since         TEXT NOT NULL,  -- the local day on which the cause came
        worst         TEXT NOT NULL CHECK (worst IN ('info', 'warn', 'urgent')),  -- since it began
        began         TEXT NOT NULL,  -- when it was first seen since the cause came
        notified      TEXT,           -- when the runner was sent word of it
        acknowledged  TEXT,           -- when the runner said that it is known
        snoozed_until TEXT,
        resolved      TEXT,           -- when the cause was seen to have ended
        UNIQUE (kind, subject)
    ) STRICT
""",
)


PLANS = (
    """
    CREATE TABLE plan (               -- a comparison of two ways of running, by lot
        id        INTEGER PRIMARY KEY AUTOINCREMENT,  -- what the runner calls it by
        factor    TEXT NOT NULL,      -- what is drawn lots for
        area      TEXT NOT NULL,      -- whose soreness is compared
        first     TEXT NOT NULL,      -- the one way, in words
        second    TEXT NOT NULL,      -- the other
        effect    REAL NOT NULL,      -- the difference that it is made to tell, in points
        seed      INTEGER NOT NULL,   -- of the lots, so that they can be checked
        made      TEXT NOT NULL,
        cancelled TEXT                -- when the runner gave it up
    ) STRICT
    """,
    """
    CREATE TABLE planned_run (
        plan_id  INTEGER NOT NULL REFERENCES plan (id),
        position INTEGER NOT NULL,    -- from 0 on; 0 and 1 are a pair, 2 and 3 …
        day      TEXT NOT NULL,       -- local
        is_first INTEGER NOT NULL,    -- the lot fell on the first way
        PRIMARY KEY (plan_id, position)
    ) STRICT
    """,
)


ROUTES = (
    """
    CREATE TABLE route (              -- found once and kept for good: its id is what the runner calls it by
        id         INTEGER PRIMARY KEY AUTOINCREMENT,
        name       TEXT,                            -- given by the runner
        shape      BLOB NOT NULL,                   -- of the run that founded it
        similar_to INTEGER REFERENCES route (id),   -- an earlier one that it shares most of its way with
        joined_to  INTEGER REFERENCES route (id)    -- the one that it counts as, by the runner's word
    ) STRICT
    """,
    """
    CREATE TABLE route_run (          -- which run went which route, before any joining
        activity_id INTEGER PRIMARY KEY REFERENCES activity (id) ON DELETE CASCADE,
        route_id    INTEGER NOT NULL REFERENCES route (id),
        by_hand     INTEGER NOT NULL  -- the runner said so
    ) STRICT
    """,
)

MOBILITY = ("ALTER TABLE entry ADD COLUMN mobility INTEGER",)  # 1 done, 0 not, NULL unknown

LIST_COLUMNS = (
    """
    CREATE TABLE list_column (        -- what a list that the runner goes on editing had columns for
        path TEXT NOT NULL,
        name TEXT NOT NULL,           -- a column of entry or recording
        PRIMARY KEY (path, name)
    ) STRICT
    """,
)

PARTIAL_FILES = (
    # 1: activities in it lay in the future by the clock of the machine; it is read again
    "ALTER TABLE file ADD COLUMN is_partial INTEGER NOT NULL DEFAULT 0",
)

PAIRED_FILES = (
    "ALTER TABLE recording ADD COLUMN source_file TEXT",  # of a row; NULL: unsaid
    "CREATE INDEX recording_by_source_file ON recording (source_file) WHERE source_file IS NOT NULL",
    "ALTER TABLE activity ADD COLUMN merged_by_hand INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE file ADD COLUMN name TEXT NOT NULL DEFAULT ''",  # as rows name it: the end of its path
    r"UPDATE file SET name = lower(replace(path, rtrim(path, replace(replace(path, '/', ''), '\', '')), ''))",
    "UPDATE file SET name = substr(name, 1, length(name) - 3) WHERE name LIKE '%.gz'",
    "CREATE INDEX file_by_name ON file (name)",
    "CREATE INDEX recording_by_file ON recording (file_id)",
)

CLOUDS = (
    """
    CREATE TABLE service (            -- a cloud that runs are fetched from; its key is not stored here
        name         TEXT PRIMARY KEY,
        since        TEXT,            -- the first local day that is fetched; NULL: everything
        synced_at    TEXT,            -- when everything up to then had been fetched
        nights_until TEXT,            -- the last local day whose wellness was fetched
        key_expires  TEXT,            -- the last local day on which the key is accepted; NULL: not known
        refused_at   TEXT             -- when the service refused the key, and accepted none since
    ) STRICT
    """,
    """
    CREATE TABLE fetched (            -- what became of each activity of a service
        service     TEXT NOT NULL,
        external    TEXT NOT NULL,    -- the id that the service gives it
        start       TEXT NOT NULL,
        fingerprint TEXT NOT NULL,    -- of what the service's list says about it
        outcome     TEXT NOT NULL,
        reason      TEXT NOT NULL,
        PRIMARY KEY (service, external)
    ) STRICT
    """,
    """
    CREATE TABLE night (              -- what a watch or an app says about a night, by the day after it
        source      TEXT NOT NULL,
        day         TEXT NOT NULL,
        sleep_hours REAL,
        resting_hr  REAL,
        hrv         REAL,             -- RMSSD in ms
        stress      REAL,             -- 0 to 100
        PRIMARY KEY (source, day)
    ) STRICT
    """,
)


READERS = (
    "ALTER TABLE file ADD COLUMN reader INTEGER",  # that has read a part of it; NULL: all of it
    "ALTER TABLE file ADD COLUMN remarks TEXT NOT NULL DEFAULT ''",  # JSON: what was wrong, what was assumed
    "UPDATE file SET reader = 0 WHERE NOT is_diary",  # whether they were read whole was not stored
)


SIDES_AND_CHANGES = (
    "CREATE TEMP TABLE last_entry AS SELECT seq FROM sqlite_sequence WHERE name = 'entry'",
    """
    CREATE TABLE entry_with_side (    -- a left and a right knee at one moment are two entries
        id           INTEGER PRIMARY KEY AUTOINCREMENT,
        source       TEXT NOT NULL,   -- "log" or the diary's path
        moment       TEXT NOT NULL,
        area         TEXT NOT NULL,
        side         TEXT,            -- left, right, both; NULL unknown
        utc_offset_s INTEGER NOT NULL,
        soreness REAL, warmup INTEGER, cooldown INTEGER, shoe TEXT, rpe REAL,
        strength INTEGER, strength_min REAL, mobility INTEGER, desk_hours REAL, posture REAL, note TEXT,
        run          INTEGER REFERENCES activity (id)
    ) STRICT
    """,
    """
    INSERT INTO entry_with_side SELECT id, source, moment, area, NULL, utc_offset_s, soreness, warmup,
    cooldown, shoe, rpe, strength, strength_min, mobility, desk_hours, posture, note, run FROM entry
    """,
    "DROP TABLE entry",
    "ALTER TABLE entry_with_side RENAME TO entry",
    "CREATE UNIQUE INDEX entry_by_moment ON entry (moment, area, coalesce(side, ''))",
    "DELETE FROM sqlite_sequence WHERE name = 'entry'",
    "INSERT INTO sqlite_sequence SELECT 'entry', seq FROM last_entry",  # the id of a removed entry stays used
    "DROP TABLE last_entry",
    "ALTER TABLE activity ADD COLUMN is_deleted INTEGER NOT NULL DEFAULT 0",  # by the runner: shown nowhere
    "ALTER TABLE recording ADD COLUMN merged_from INTEGER",  # the activity that it was before a merge
    """
    CREATE TABLE change (             -- what the runner changed by hand last, to be undone
        id INTEGER PRIMARY KEY AUTOINCREMENT, made_at TEXT NOT NULL, what TEXT NOT NULL,
        changed TEXT NOT NULL,        -- JSON: [table, row before, row after] each
        is_undone INTEGER NOT NULL DEFAULT 0
    ) STRICT
    """,
)


LIST_TIMES = (
    "ALTER TABLE entry ADD COLUMN precision TEXT NOT NULL DEFAULT 'exact'",  # of its time
    # what files with a date alone were given: 20 or 6 o'clock on the local clock
    """
    UPDATE entry SET precision = 'day'
    WHERE source <> 'log' AND (strftime('%s', moment) + utc_offset_s) % 86400 IN (20 * 3600, 6 * 3600)
    """,
    "ALTER TABLE recording ADD COLUMN gear_listed INTEGER NOT NULL DEFAULT 0",  # its list has a column for it
    "ALTER TABLE shoe ADD COLUMN named_until TEXT",  # the last day that its list names it; NULL: not bounded
)

#: What the runner says that an activity was, over what its files say; NULL: what they say counts.
GIVEN = tuple(
    f"ALTER TABLE activity ADD COLUMN given_{name} TEXT" for name in ("name", "sport", "sub_sport", "kind")
)


#: The statements of each step: it brings a database of the version before it one step on.
MIGRATIONS: tuple[tuple[str, ...], ...] = (
    INITIAL_TABLES,
    APP_LISTS,
    NEVER_MERGE,
    DERIVED_CACHE,
    SHOE_RULES,
    ALERTS,
    PLANS,
    ROUTES,
    MOBILITY,
    LIST_COLUMNS,
    PARTIAL_FILES,
    PAIRED_FILES,
    CLOUDS,
    READERS,
    SIDES_AND_CHANGES,
    LIST_TIMES,
    GIVEN,
)


def is_current(db: sqlite3.Connection) -> bool:
    """Return whether the tables are those of this runlog."""
    return read_version(db) == len(MIGRATIONS)


def migrate(db: sqlite3.Connection) -> None:
    """Bring the tables up to date, all steps in one transaction.

    Raises:
        StoreError: a newer runlog has written this database.
    """
    if is_current(db):
        return
    with transaction(db):
        version = read_version(db)  # again: another process may have been first
        if version > len(MIGRATIONS):
            text = N_("a newer runlog wrote the database (version {version}, not {n}); update this one")
            raise StoreError(text, version=version, n=len(MIGRATIONS))
        for statement in chain.from_iterable(MIGRATIONS[version:]):
            db.execute(statement)
        db.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
