from __future__ import annotations

import pytest

from foyerdoc.errors import UsageError
from foyerdoc.models.loading import find_device


@pytest.mark.parametrize("named", ["nodevice", "cuda:99", "gpu 0"])
def test_a_device_that_is_not_there_is_refused(named: str) -> None:
    with pytest.raises(UsageError, match=named):
        find_device(named)


def test_a_device_is_found() -> None:
    assert find_device("cpu") == "cpu"
    assert find_device(None) in ("cpu", "cuda")
