"""Grades by their rules, Benjamini–Hochberg against scipy."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import false_discovery_control

from runlog.analysis.links import benjamini_hochberg
from runlog.analysis.links.grading import EffectEstimate, Rival, grade_estimate

if TYPE_CHECKING:
    import numpy as np

SURE = EffectEstimate(n=120, effect=0.9, low=0.6, high=1.2, p=0.001, q=0.01, first_half=0.8, second_half=1.0)


@given(arrays(float, st.integers(1, 14), elements=st.floats(0, 1)))
def test_benjamini_hochberg_is_scipys(p: np.ndarray):
    assert benjamini_hochberg(p) == pytest.approx(false_discovery_control(p))


@pytest.mark.parametrize(
    ("change", "grade"),
    [
        ({}, "A"),
        ({"effect": -0.9, "low": -1.2, "high": -0.6, "first_half": -0.8, "second_half": -1.0}, "A"),
        ({"low": 0.5}, "A"),
        ({"low": 0.49}, "B"),
        ({"n": 100}, "A"),
        ({"n": 99}, "B"),
        ({"second_half": -0.1}, "B"),
        ({"first_half": float("nan")}, "B"),
        ({"window": 48}, "B"),
        ({"represents": {"b": 0.9}}, "A"),
        ({"q": 0.10}, "A"),
        ({"q": 0.11}, "C"),
        ({"q": 0.9, "p": 0.40, "low": -0.2}, "C"),
        ({"q": 0.9, "p": 0.41, "low": -0.2}, "none"),
        ({"n": 40}, "B"),
        ({"r_time": -0.9}, "A"),
        ({"r_time": -0.91}, "C"),
        ({"r_time": 0.95, "n": 39}, "hint"),
        ({"n": 39}, "hint"),
        ({"n": 39, "q": 0.9, "p": 0.3}, "hint"),
        ({"n": 39, "q": 0.9, "p": 0.6}, "none"),
        ({"collinear_with": {"b": 0.8}}, "B"),
        ({"collinear_with": {"b": -0.8}, "n": 30}, "hint"),
        ({"collinear_with": {"b": 0.8}, "q": 0.11}, ""),
        ({"collinear_with": {"b": 0.8, "c": -0.91}}, ""),
        ({"allowed_q": 0.005}, "C"),
        ({"low": 0.3, "comparable_steps": 2.0}, "A"),
        ({"comparable_steps": 0.5}, "B"),
        ({"rpe_only": True}, "C"),
        ({"rpe_only": True, "q": 0.9, "p": 0.41}, "none"),
        ({"rivals": (Rival("b", 0.6, p=0.2, lead=-9.0),)}, "A"),
        ({"rivals": (Rival("b", 0.6, p=0.02, lead=4.0),)}, "A"),
        ({"rivals": (Rival("b", 0.6, p=0.02, lead=1.0),)}, "C"),
        ({"rivals": (Rival("b", 0.6, p=0.02, lead=1.0),), "unique": 0.5, "unique_p": 0.02}, "A"),
        ({"rivals": (Rival("b", 0.6, p=0.02, lead=1.0),), "unique": -0.5, "unique_p": 0.02}, "C"),
        ({"rivals": (Rival("b", -0.8, p=0.02, lead=1.0),)}, ""),
        ({"rivals": (Rival("b", -0.8, p=0.02, lead=5.0),)}, "B"),
        ({"rivals": (Rival("b", -0.8, p=0.02, lead=1.0),), "q": 0.11}, "C"),
    ],
)
def test_rules(change: dict, grade: str):
    assert grade_estimate(replace(SURE, **change))[0] == grade
