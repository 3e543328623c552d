# SPDX-License-Identifier: Apache-2.0
# Made by bindings/tables.py from include/sellable.h; not to be edited.
"""One exception for each status of the library."""

from ._error import Error


class ConflictError(Error):
    """conflict: the same key with other content, or another value than expected."""

    status = "conflict"
    number = 2


class InsufficientError(Error):
    """insufficient: does not fit into what may be promised now."""

    status = "insufficient"
    number = 3


class PausedError(Error):
    """paused: the channel takes no new order with the item."""

    status = "paused"
    number = 4


class UnknownItemError(Error, LookupError):
    """unknown_item: no item has this key or handle."""

    status = "unknown_item"
    number = 5


class UnknownLocationError(Error, LookupError):
    """unknown_location: no location has this key or handle."""

    status = "unknown_location"
    number = 6


class UnknownChannelError(Error, LookupError):
    """unknown_channel: no channel has this key or handle."""

    status = "unknown_channel"
    number = 7


class UnknownSourceError(Error, LookupError):
    """unknown_source: no source has this key or handle."""

    status = "unknown_source"
    number = 8


class UnknownOrderError(Error, LookupError):
    """unknown_order: no order has this key."""

    status = "unknown_order"
    number = 9


class NotOwnerError(Error):
    """not_owner: the source may not write this quantity."""

    status = "not_owner"
    number = 10


class StaleError(Error):
    """stale: older than what is known already."""

    status = "stale"
    number = 11


class InvalidError(Error, ValueError):
    """invalid: a field is out of its range; the answer names it."""

    status = "invalid"
    number = 12


class WrongStateError(Error):
    """wrong_state: what is asked for is not possible in this state."""

    status = "wrong_state"
    number = 13


class QuantityOverflowError(Error, OverflowError):
    """overflow: a quantity or sum would go beyond 10^15."""

    status = "overflow"
    number = 14


class NoMemoryError(Error, MemoryError):
    """no_memory: the allocator gave no slab; nothing has changed."""

    status = "no_memory"
    number = 15


class NotDurableError(Error):
    """not_durable: the log cannot take the change; nothing has changed."""

    status = "not_durable"
    number = 16
