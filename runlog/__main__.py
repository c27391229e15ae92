"""Run runlog as a program: ``python -m runlog``, or the command ``runlog``."""

import atexit
import gc
import os
import signal


def main() -> None:
    """Run the command line; Ctrl-C ends it without a traceback, also while modules are loaded."""
    prepare_process()
    before = signal.signal(signal.SIGINT, signal.SIG_DFL)
    from runlog.cli import main as command_line

    signal.signal(signal.SIGINT, before)
    try:
        command_line()
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        # Where Ctrl-C came while a text was executed, as dataclasses do when a module is loaded, Python
        # still ends as if killed, although the interrupt was caught; executing another text clears that.
        exec("")  # noqa: S102 - nothing is executed


def prepare_process() -> None:
    """Have this process do without what costs a command more time than it saves; call it before numpy loads.

    The matrices here are small: on a busy computer, threads of numpy's linear algebra wait for one another
    many times longer than they compute. And most commands are over before any garbage is worth collecting,
    while looking for it in all that was imported, time and again and once more at the end, takes a fifth of
    their time.
    """
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    gc.set_threshold(1_000_000)
    atexit.register(gc.freeze)


if __name__ == "__main__":
    main()
