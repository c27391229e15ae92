"""A small cohort: athletes with the same kind of diary, in several files of one dataset."""

from __future__ import annotations

import pytest
from made_cohort import made_athlete, write_dataset


@pytest.fixture(scope="module", autouse=True)
def as_installed_for_cohorts(strings_of_pyarrow):
    """Have pandas hold strings as it does for whoever asks a cohort."""


@pytest.fixture(scope="session")
def athletes():
    return [(f"runner {number:02}", made_athlete(number)) for number in range(12)]


@pytest.fixture(scope="session")
def dataset(tmp_path_factory, athletes):
    """Twelve athletes in three files."""
    return write_dataset(tmp_path_factory.mktemp("cohort") / "exposures", athletes)
