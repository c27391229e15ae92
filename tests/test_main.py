"""The program as a process: how it ends."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

CAUGHT_WHILE_LOADING = """\
import runlog.__main__, runlog.cli

def command_line():
    try:
        exec("import os, signal\\nos.kill(os.getpid(), signal.SIGINT)\\nfor _ in range(10**7): pass")
    except KeyboardInterrupt:
        raise SystemExit(0) from None

runlog.cli.main = command_line
runlog.__main__.main()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="another signal there")
def test_ctrl_c_that_was_caught_while_a_module_was_loaded_leaves_the_exit_code(root, tmp_path):
    (tmp_path / "stopped.py").write_text(CAUGHT_WHILE_LOADING)
    env = os.environ | {"PYTHONPATH": os.pathsep.join([str(tmp_path), str(root)])}
    done = subprocess.run([sys.executable, "-m", "stopped"], env=env, check=False)
    assert done.returncode == 0


@pytest.mark.parametrize(("given", "used"), [({}, "1"), ({"OMP_NUM_THREADS": "4"}, "4")])
def test_a_command_computes_in_one_thread_unless_it_is_told_otherwise(given, used, monkeypatch):
    from runlog import __main__ as program

    at_exit = []
    monkeypatch.setattr(program.os, "environ", dict(given))
    monkeypatch.setattr(program.gc, "set_threshold", lambda *_: None)
    monkeypatch.setattr(program.atexit, "register", at_exit.append)
    program.prepare_process()
    assert program.os.environ["OMP_NUM_THREADS"] == used
    assert at_exit == [program.gc.freeze]
