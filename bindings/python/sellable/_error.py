# SPDX-License-Identifier: Apache-2.0
"""The base of all exceptions; one class for each status stands in _errors.py."""

from __future__ import annotations

from typing import ClassVar

from ._records import Misfit


class Error(Exception):
    """A call was refused, and has changed nothing.

    There is one subclass for each status of the library; catch that, or this for all of them.
    """

    #: The name of the status ("insufficient"), and its stable number; of a class.
    status: ClassVar[str | None] = None
    number: ClassVar[int | None] = None

    #: The field that is wrong, by its name in the call ("quantity", "lines[2].item"); else None.
    field: str | None = None
    #: Why, in English; else None.
    reason: str | None = None
    #: The index of the faulty line (location, component, row ...) within what was given; None where
    #: the field is one of the call itself.
    line: int | None = None
    #: The number under which a refused event is kept (Engine.exceptions); else None.
    exception: int | None = None
    #: Of a compare-and-set that failed: the quantity that is there, in the smallest unit.
    actual: int | None = None
    #: Of InsufficientError: the items that do not fit, with what could be had.
    lines: tuple[Misfit, ...] = ()


class ClosedError(Error, ValueError):
    """The engine (view, trail) is closed, or was opened by the process that this one was forked
    from."""
