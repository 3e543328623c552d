# SPDX-License-Identifier: Apache-2.0
"""Made by bindings/tables.py from include/sellable.h; not to be edited.

Names as the JSON has them: as types, and what each means.
"""

from typing import Final, Literal

HEADER_VERSION: Final = "0.1.0"

CHANNELS_MAX: Final = 4096
COMPONENTS_MAX: Final = 64
CONTENT_MAX: Final = 65536
DAY: Final = 86400000
EXCEPTIONS_DEFAULT: Final = 4096
HOLD_REASONS_MAX: Final = 16
HORIZON_MAX: Final = 3660
ITEMS_OF_ORDER_MAX: Final = 1024
KEY_MAX: Final = 128
LINES_MAX: Final = 256
LOCATIONS_MAX: Final = 65535
PRECEDENCE_MAX: Final = 1000000
QUANTITY_MAX: Final = 1000000000000000
RECORD_MAX: Final = 1048576
RETENTION_DEFAULT: Final = 604800000
SCHEDULE_MAX: Final = 1024
SHARE_ALL: Final = 10000
SUBSTITUTES_MAX: Final = 16
TIME_MAX: Final = 9007199254740992
UNITS_MAX: Final = 32

# What a call answers.
Status = Literal[
    "ok", "duplicate", "conflict", "insufficient", "paused", "unknown_item", "unknown_location",
    "unknown_channel", "unknown_source", "unknown_order", "not_owner", "stale", "invalid",
    "wrong_state", "overflow", "no_memory", "not_durable",
]
STATUSES: Final[dict[Status, int]] = {
    "ok": 0,
    "duplicate": 1,
    "conflict": 2,
    "insufficient": 3,
    "paused": 4,
    "unknown_item": 5,
    "unknown_location": 6,
    "unknown_channel": 7,
    "unknown_source": 8,
    "unknown_order": 9,
    "not_owner": 10,
    "stale": 11,
    "invalid": 12,
    "wrong_state": 13,
    "overflow": 14,
    "no_memory": 15,
    "not_durable": 16,
}
STATUSES_MEAN: Final[dict[Status, str]] = {
    "ok": "done, or answered",
    "duplicate": "the same key with the same content: the first answer again",
    "conflict": "the same key with other content, or another value than expected",
    "insufficient": "does not fit into what may be promised now",
    "paused": "the channel takes no new order with the item",
    "unknown_item": "no item has this key or handle",
    "unknown_location": "no location has this key or handle",
    "unknown_channel": "no channel has this key or handle",
    "unknown_source": "no source has this key or handle",
    "unknown_order": "no order has this key",
    "not_owner": "the source may not write this quantity",
    "stale": "older than what is known already",
    "invalid": "a field is out of its range; the answer names it",
    "wrong_state": "what is asked for is not possible in this state",
    "overflow": "a quantity or sum would go beyond 10^15",
    "no_memory": "the allocator gave no slab; nothing has changed",
    "not_durable": "the log cannot take the change; nothing has changed",
}

# What an event says.
EventType = Literal[
    "on_hand.set", "on_hand.adjust", "hold.place", "hold.release", "hold.scrap",
    "allocation.set", "allocation.adjust", "safety_stock.set", "ring_fence.set", "schedule.set",
    "receipt", "transfer.ship", "transfer.receive", "return.receive", "return.disposition",
    "reserve", "amend", "confirm", "extend", "release", "allocate", "deallocate", "ship",
    "resource", "item", "location", "channel", "policy", "hold", "owner", "source",
]
EVENTS: Final[dict[EventType, int]] = {
    "on_hand.set": 1,
    "on_hand.adjust": 2,
    "hold.place": 3,
    "hold.release": 4,
    "hold.scrap": 5,
    "allocation.set": 6,
    "allocation.adjust": 7,
    "safety_stock.set": 8,
    "ring_fence.set": 9,
    "schedule.set": 10,
    "receipt": 11,
    "transfer.ship": 12,
    "transfer.receive": 13,
    "return.receive": 14,
    "return.disposition": 15,
    "reserve": 16,
    "amend": 17,
    "confirm": 18,
    "extend": 19,
    "release": 20,
    "allocate": 21,
    "deallocate": 22,
    "ship": 23,
    "resource": 24,
    "item": 25,
    "location": 26,
    "channel": 27,
    "policy": 28,
    "hold": 29,
    "owner": 30,
    "source": 31,
}
EVENTS_MEAN: Final[dict[EventType, str]] = {
    "on_hand.set": "on_hand was quantity at as_of; within +-10^15",
    "on_hand.adjust": "M: on_hand rises by quantity, of any sign",
    "hold.place": "held[reason] rises by quantity > 0",
    "hold.release": "held[reason] falls by quantity > 0",
    "hold.scrap": "M: held[reason] and on_hand fall by quantity > 0",
    "allocation.set": "allocated is quantity >= 0",
    "allocation.adjust": "allocated rises by quantity, of any sign",
    "safety_stock.set": "safety_stock is quantity >= 0",
    "ring_fence.set": "what is left for a channel is quantity >= 0; 0: none",
    "schedule.set": "an entry is quantity: > 0 supply, < 0 demand; 0: none",
    "receipt": "M: on_hand rises by quantity > 0, its entry falls; into a hold?",
    "transfer.ship": "M: quantity > 0 leaves, and is on its way to `to`",
    "transfer.receive": "M: quantity > 0 of a transfer has come",
    "return.receive": "M: on_hand and held[inspection] rise by it, > 0",
    "return.disposition": "held[inspection] falls by it, > 0: outcome",
    "reserve": "sellable_reserve",
    "amend": "sellable_amend",
    "confirm": "sellable_confirm",
    "extend": "sellable_extend",
    "release": "sellable_release",
    "allocate": "sellable_allocate",
    "deallocate": "sellable_deallocate",
    "ship": "M: sellable_ship",
    "resource": "sellable_resource",
    "item": "sellable_item_put",
    "location": "sellable_location_put",
    "channel": "sellable_channel_put",
    "policy": "sellable_policy_put",
    "hold": "sellable_hold_put",
    "owner": "sellable_owner_put",
    "source": "sellable_source_put",
}

# A setting of a channel; a set of them is their sum.
Setting = Literal[
    "locations", "sourcing", "share", "buffer", "precedence", "closed", "backorder", "horizon",
    "unit", "cap", "minimum", "low", "paused", "interval", "step",
]
SETTINGS: Final[dict[Setting, int]] = {
    "locations": 1,
    "sourcing": 2,
    "share": 4,
    "buffer": 8,
    "precedence": 16,
    "closed": 32,
    "backorder": 64,
    "horizon": 128,
    "unit": 256,
    "cap": 512,
    "minimum": 1024,
    "low": 2048,
    "paused": 4096,
    "interval": 8192,
    "step": 16384,
}
SETTINGS_MEAN: Final[dict[Setting, str]] = {
    "locations": "where it ships from, in order; default: all, in key order",
    "sourcing": "how it fills: split, most or single; default split",
    "share": "1/10,000 of each cell's shared stock that it sees; default 10,000",
    "buffer": "kept back from it over all its locations; default 0",
    "precedence": "who is served first when stock falls short; default 0",
    "closed": "nothing may be promised, and it shows 0; default 0",
    "backorder": "how far it may promise beyond stock; default 0",
    "horizon": "days ahead that it may promise scheduled stock; default 0",
    "unit": "promisable is in whole ones of it, if the item has it; default: smallest",
    "cap": "the most it shows; default: no such end",
    "minimum": "it shows 0 below this; default 0",
    "low": "what it shows is `low` at or below this; default 0",
    "paused": "takes no new order with the item; default 0",
    "interval": "ms before an item is told again; default 0",
    "step": "the least difference that is told; default 1",
}

# What a source may own: the events that write it.
Owned = Literal["on_hand", "held", "allocated", "safety_stock", "ring_fence", "schedule"]
OWNED: Final[dict[Owned, int]] = {
    "on_hand": 1,
    "held": 2,
    "allocated": 3,
    "safety_stock": 4,
    "ring_fence": 5,
    "schedule": 6,
}
OWNED_MEAN: Final[dict[Owned, str]] = {
    "on_hand": "on_hand.*, receipt, transfer.ship (from), transfer.receive (to), return.receive",
    "held": "hold.place, hold.release, hold.scrap, return.disposition",
    "allocated": "allocation.*",
    "safety_stock": "safety_stock.set",
    "ring_fence": "ring_fence.set",
    "schedule": "schedule.set",
}

# A setting of an item; a set of them is their sum.
ItemSetting = Literal["unit", "units", "tracked", "components"]
ITEM_SETTINGS: Final[dict[ItemSetting, int]] = {
    "unit": 1,
    "units": 2,
    "tracked": 4,
    "components": 8,
}
ITEM_SETTINGS_MEAN: Final[dict[ItemSetting, str]] = {
    "unit": "the name of the smallest unit; default: it has none",
    "units": "the further units, all of them; default: none",
    "tracked": "0: a service; it can always be promised; default: 1",
    "components": "of a kit, all of them; default: it is no kit",
}

# A setting of a location; a set of them is their sum.
LocationSetting = Literal["region", "active"]
LOCATION_SETTINGS: Final[dict[LocationSetting, int]] = {
    "region": 1,
    "active": 2,
}
LOCATION_SETTINGS_MEAN: Final[dict[LocationSetting, str]] = {
    "region": "default: in none",
    "active": "0: it gives nothing to any channel, and keeps its figures; default: 1",
}

# The reasons for holds that are known from the start.
Hold = Literal["quality", "damage", "inspection", "blocked"]
HOLDS: Final[dict[Hold, int]] = {
    "quality": 0,
    "damage": 1,
    "inspection": 2,
    "blocked": 3,
}

# How a channel fills an order from its locations.
Sourcing = Literal["split", "most", "single"]
SOURCINGS: Final[dict[Sourcing, int]] = {
    "split": 0,
    "most": 1,
    "single": 2,
}

# Whether an order is taken as a whole, or as far as it can be.
Mode = Literal["all", "partial"]
MODES: Final[dict[Mode, int]] = {
    "all": 0,
    "partial": 1,
}

# What becomes of a return that was inspected.
Outcome = Literal["restock", "scrap", "damage"]
OUTCOMES: Final[dict[Outcome, int]] = {
    "restock": 1,
    "scrap": 2,
    "damage": 3,
}
OUTCOMES_MEAN: Final[dict[Outcome, str]] = {
    "restock": "it can be sold",
    "scrap": "M: on_hand falls by it, too",
    "damage": "held[damage] rises by it",
}

# How much a channel is told that there is.
Level = Literal["none", "low", "ok"]
LEVELS: Final[dict[Level, int]] = {
    "none": 0,
    "low": 1,
    "ok": 2,
}

# What has become of an order.
OrderState = Literal["reserved", "allocated", "shipped", "expired", "released"]
ORDER_STATES: Final[dict[OrderState, int]] = {
    "reserved": 1,
    "allocated": 2,
    "shipped": 3,
    "expired": 4,
    "released": 5,
}
ORDER_STATES_MEAN: Final[dict[OrderState, str]] = {
    "reserved": "something is still reserved, dated or waiting",
    "allocated": "else: something is allocated",
    "shipped": "else: something was shipped",
    "expired": "",
    "released": "",
}

# What keeps a published figure from being more.
Binding = Literal[
    "nothing", "closed", "locations", "cap", "minimum", "buffer", "stock", "fences", "share",
    "unit", "component",
]
BINDINGS: Final[dict[Binding, int]] = {
    "nothing": 0,
    "closed": 1,
    "locations": 2,
    "cap": 3,
    "minimum": 4,
    "buffer": 5,
    "stock": 6,
    "fences": 7,
    "share": 8,
    "unit": 9,
    "component": 10,
}
BINDINGS_MEAN: Final[dict[Binding, str]] = {
    "nothing": "it is 10^15",
    "closed": "the channel is closed for it",
    "locations": "the channel has no active location",
    "cap": "",
    "minimum": "",
    "buffer": "",
    "stock": "on_hand at `location`",
    "fences": "the fences of others at `location`",
    "share": "",
    "unit": "`missing` more stock makes another unit, at `location`",
    "component": "of a kit: `component`",
}

# When a changing call on a durable engine answers.
Answering = Literal["durable", "decided"]
ANSWERINGS: Final[dict[Answering, int]] = {
    "durable": 0,
    "decided": 1,
}
ANSWERINGS_MEAN: Final[dict[Answering, str]] = {
    "durable": "once its effect is durable",
    "decided": (
        "once it is decided: answer.position is what to wait for (sellable_durable_wait). A "
        "crash may lose the last ones, though they were answered. Somebody has to wait, or "
        "the library's thread to run: what is not written yet takes the log's room"
    ),
}

# A change in the audit trail that no event says.
Did = Literal["advance", "due", "tell", "refuse", "grow", "lost"]
DID: Final[dict[Did, int]] = {
    "advance": 4096,
    "due": 4097,
    "tell": 4098,
    "refuse": 4099,
    "grow": 4100,
    "lost": 4101,
}
DID_MEAN: Final[dict[Did, str]] = {
    "advance": "the engine's time became `now`",
    "due": "something fell due: `order` or cells say what",
    "tell": "a channel was told changes: `channel`",
    "refuse": "an event came among the exceptions, or left them",
    "grow": "nothing that shows: tables grew, names were met",
    "lost": "what was here cannot be read: `reason`",
}
