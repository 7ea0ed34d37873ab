"""Hypothesis profiles, and the backend that this run tests."""

import os

import hypothesis
import pytest

from zkhealth import backend

for name, examples in {"quick": 10, "ci": 100, "night": 5_000}.items():
    hypothesis.settings.register_profile(name, max_examples=examples, deadline=None)
hypothesis.settings.register_profile("mutation", max_examples=2, deadline=None, phases=[hypothesis.Phase.generate])
hypothesis.settings.load_profile(
    os.environ.get("HYPOTHESIS_PROFILE", "ci" if backend.backend_name() == "native" else "quick")
)


def pytest_report_header():
    return f"zkhealth backend: {backend.backend_name()}"


@pytest.fixture
def native():
    """Skips where the compiled module is not the one under test."""
    if backend.backend_name() != "native":
        pytest.skip("needs the native backend")
