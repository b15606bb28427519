"""The sample district, generated once per session."""

import pytest

from data.sample import SampleDistrict, generate


@pytest.fixture(scope="session")
def sample() -> SampleDistrict:
    return generate()
