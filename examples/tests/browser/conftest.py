"""One browser for all tests."""

import pytest
from chromium import Chromium


@pytest.fixture(scope="session")
def chromium():
    with Chromium() as browser:
        yield browser
