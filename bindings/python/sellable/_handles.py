# SPDX-License-Identifier: Apache-2.0
"""Handles: small whole numbers that an engine gives to things, counting from 1.

A call by handle saves the look-up of a key, and arrays of handles (numpy: uint32) are what columns
are made of. They stay valid until the engine is closed, are never reused, and are the same in its
forks. Where one kind is asked for, a handle of another kind is a TypeError; a plain int is taken
for what it says.
"""


class Item(int):
    """The handle of an item (Engine.item, Engine.find_item)."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({int(self)})"


class Location(int):
    """The handle of a location; or of a region (Engine.find_region), which stands for its locations
    in the `locations` of a policy and nowhere else."""

    __slots__ = ()
    __repr__ = Item.__repr__


class Channel(int):
    """The handle of a channel (Engine.channel, Engine.find_channel)."""

    __slots__ = ()
    __repr__ = Item.__repr__


class Source(int):
    """The handle of a source (Engine.source, Engine.find_source)."""

    __slots__ = ()
    __repr__ = Item.__repr__
