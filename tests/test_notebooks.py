"""The notebooks run from top to bottom, without a warning, and show what they promise."""

from __future__ import annotations

import nbformat
import pytest
from nbclient import NotebookClient


def _stderr(cell) -> str:
    return "".join(out["text"] for out in cell.get("outputs", []) if out.get("name") == "stderr")


#: Each with the pictures that it draws.
NOTEBOOKS = {
    "bring_your_own_factor": 0,
    "does_it_hold_for_a_club": 1,
    "how_sure_can_one_runner_be": 5,
    "what_makes_me_sore": 2,
}


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_notebook_runs(root, name):
    path = root / "notebooks" / f"{name}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    assert all(not cell.get("outputs") for cell in notebook.cells), "outputs are not committed"

    NotebookClient(
        notebook, timeout=180, kernel_name="python3", resources={"metadata": {"path": str(path.parent)}}
    ).execute()

    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert "".join(_stderr(cell) for cell in code) == ""
    pictures = [out for cell in code for out in cell.outputs if "image/png" in out.get("data", {})]
    assert len(pictures) == NOTEBOOKS[name]


def test_every_notebook_is_tested(root):
    assert [path.stem for path in sorted((root / "notebooks").glob("*.ipynb"))] == list(NOTEBOOKS)
