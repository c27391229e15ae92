"""Run the command line with ``python -m runlog``."""

from runlog.cli import main

main()
