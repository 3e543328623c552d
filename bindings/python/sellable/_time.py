# SPDX-License-Identifier: Apache-2.0
"""Times of answers as datetimes."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def to_datetime(milliseconds: int, /) -> datetime:
    """Milliseconds since the Unix epoch as a datetime in UTC.

    OverflowError: it lies beyond the years 1 to 9999, which a datetime knows.
    """
    return _EPOCH + timedelta(milliseconds=milliseconds)
