"""Processes that import, forked from one that has loaded everything, which takes longer than to import."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sqlite3

from runlog import journal

FORKED = "forkserver" in multiprocessing.get_all_start_methods()
CONTEXT = multiprocessing.get_context("forkserver" if FORKED else "spawn")
if FORKED:
    CONTEXT.set_forkserver_preload(["made_processes", "runlog.ingest.workers", "runlog.importers", "pandas"])


def start(target, *arguments):
    """Start a process that calls a function of this module."""
    process = CONTEXT.Process(target=target, args=arguments)
    process.start()
    return process


def import_all(home, workers, paths):
    """Import with so many workers, which end with this process' group."""
    if hasattr(os, "setsid"):
        os.setsid()
    with journal.open(home) as opened:
        opened.add(paths, workers=workers)


def import_until(home, statement, paths):
    """Import, and end as in a power cut just before the statement of this number is run."""
    connect, statements = sqlite3.connect, []

    def connect_and_count(*arguments, **named):
        db = connect(*arguments, **named)

        def count(text):
            statements.append(text)
            if len(statements) == statement:
                os.kill(os.getpid(), signal.SIGKILL)

        db.set_trace_callback(count)
        return db

    sqlite3.connect = connect_and_count
    with journal.open(home) as opened:
        opened.add(paths, workers=1)
