"""``python -m runlog`` is ``runlog``."""

from runlog.cli import main

main()
