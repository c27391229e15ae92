"""Tests of what may not be read or written, where the tests are run by root, who may do anything."""

from __future__ import annotations

import os
from contextlib import contextmanager

_NOBODY = 65534


@contextmanager
def an_ordinary_user():
    is_root = os.geteuid() == 0
    if is_root:
        os.seteuid(_NOBODY)
    try:
        yield
    finally:
        if is_root:
            os.seteuid(0)
