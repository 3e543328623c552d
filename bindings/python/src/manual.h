/* SPDX-License-Identifier: Apache-2.0
 *
 * The docstrings of Engine: help(sellable.Engine) is a manual. The first line of each is its
 * signature; `...` as a default is "left as it is". */
#ifndef SELLABLE_PYTHON_MANUAL_H
#define SELLABLE_PYTHON_MANUAL_H

/* ---- supply: events -------------------------------------------------------------------------- */

#define CELL_EVENT "item, location, quantity, **fields"
#define RAISES_EVENT                                                                               \
    "\n\n**fields: `unit` of the quantity, and who says so: source, seq, id, at, correlation,\n"   \
    "content (see apply, also for what is raised)."
#define RAISES_SUPPLY "\n\nAnswers with the variance: on_hand after - before." RAISES_EVENT

#define MANUAL_set_on_hand                                                                         \
    "set_on_hand($self, item, location, " "quantity, **fields)\n--\n\n"                            \
    "A counted or exported balance: on_hand was `quantity`, of any sign, at `as_of` (else `at`,\n" \
    "else now). What moved since then, and is applied already, stays on top of it.\n\n"            \
    "as_of: datetime or ms. expected: only if on_hand is that now, else ConflictError (actual)."   \
    RAISES_SUPPLY
#define MANUAL_adjust_on_hand                                                                      \
    "adjust_on_hand($self, " CELL_EVENT ")\n--\n\n"                                                \
    "on_hand rises by `quantity`, of any sign. reason: any words. expected: only if on_hand is\n"  \
    "that now, else ConflictError (actual)." RAISES_SUPPLY
#define MANUAL_place_hold                                                                          \
    "place_hold($self, item, location, reason, quantity, **fields)\n--\n\n"                        \
    "`quantity` > 0 is not for sale, for a reason: \"quality\", \"damage\", \"inspection\",\n"     \
    "\"blocked\", or one made with hold()." RAISES_EVENT
#define MANUAL_release_hold                                                                        \
    "release_hold($self, item, location, reason, quantity, **fields)\n--\n\n"                      \
    "`quantity` > 0 that was held for that reason is for sale again. WrongStateError: there is\n"  \
    "not so much." RAISES_EVENT
#define MANUAL_scrap_hold                                                                          \
    "scrap_hold($self, item, location, reason, quantity, **fields)\n--\n\n"                        \
    "`quantity` > 0 that was held for that reason is gone, off on_hand too. WrongStateError:\n"    \
    "there is not so much." RAISES_SUPPLY
#define MANUAL_set_allocation                                                                      \
    "set_allocation($self, " CELL_EVENT ")\n--\n\n"                                                \
    "What is hard-assigned to orders in the warehouse is `quantity` >= 0. expected: only if it\n"  \
    "is that now." RAISES_EVENT
#define MANUAL_adjust_allocation                                                                   \
    "adjust_allocation($self, " CELL_EVENT ")\n--\n\n"                                             \
    "What is allocated rises by `quantity`, of any sign. WrongStateError: it would fall below 0."  \
    RAISES_EVENT
#define MANUAL_set_safety_stock                                                                    \
    "set_safety_stock($self, " CELL_EVENT ")\n--\n\n"                                              \
    "What planning keeps back is `quantity` >= 0. expected: only if it is that now." RAISES_EVENT
#define MANUAL_set_ring_fence                                                                      \
    "set_ring_fence($self, item, location, channel, quantity, **fields)\n--\n\n"                   \
    "What is left for a channel, and for no other, is `quantity` >= 0 from now on; 0: no fence.\n" \
    "until: a time later than now, at which it goes back to everybody." RAISES_EVENT
#define MANUAL_set_schedule                                                                        \
    "set_schedule($self, item, location, reference, quantity, due=..., **fields)\n--\n\n"          \
    "An entry of the cell's schedule: `quantity` > 0 is supply, < 0 demand, due then; 0 "          \
    "takes it\n"                                                                                   \
    "away. The same reference again replaces it." RAISES_EVENT
#define MANUAL_receive                                                                             \
    "receive($self, " CELL_EVENT ")\n--\n\n"                                                       \
    "A receipt: on_hand rises by `quantity` > 0. reference: that entry of the schedule falls by\n" \
    "it. held: it goes into that hold." RAISES_SUPPLY
#define MANUAL_ship_transfer                                                                       \
    "ship_transfer($self, transfer, item, from_, to, quantity, due, **fields)\n--\n\n"             \
    "`quantity` > 0 leaves one location and is on its way to another, due then. ConflictError:\n"  \
    "the transfer is known." RAISES_SUPPLY
#define MANUAL_receive_transfer                                                                    \
    "receive_transfer($self, transfer, quantity, **fields)\n--\n\n"                                \
    "`quantity` > 0 of a transfer has come. WrongStateError: no such transfer, or all of it came." \
    RAISES_SUPPLY
#define MANUAL_receive_return                                                                      \
    "receive_return($self, " CELL_EVENT ")\n--\n\n"                                                \
    "A return of `quantity` > 0: on hand, and held for inspection. order: of which it was part."   \
    RAISES_SUPPLY
#define MANUAL_dispose_return                                                                      \
    "dispose_return($self, item, location, quantity, outcome, **fields)\n--\n\n"                   \
    "`quantity` > 0 leaves inspection: \"restock\" (for sale), \"scrap\" (gone), "                 \
    "\"damage\" (held)."                                                                           \
    RAISES_SUPPLY

/* ---- orders ---------------------------------------------------------------------------------- */

#define MANUAL_reserve                                                                             \
    "reserve($self, order, channel, lines, *, mode='all', expires_at=None, date=None, "            \
    "precedence=None)\n--\n\n"                                                                     \
    "Promise an order: all of its lines, at one instant, or nothing.\n\n"                          \
    "order       its key, and its idempotency key: the same again, with the same content, gets\n"  \
    "            the first answer (answer.duplicate), whatever became of it since\n"               \
    "channel     key or handle\n"                                                                  \
    "lines       1 to 256: {item: quantity}, or Line, mappings with a Line's fields, or tuples\n"  \
    "            of its first ones: (item, quantity, unit, location, substitutes, at_least)\n"     \
    "mode        \"all\"; \"partial\": each line takes what it can, nothing below its at_least\n"  \
    "expires_at  unless confirmed, allocated or shipped by then, it is released (datetime, ms)\n"  \
    "date        promise it for this time; None: for the earliest that can be had\n"               \
    "precedence  within +-10^6; None: the channel's\n\n"                                           \
    "Answers with the plan (which location gives how many) and the date.\n\n"                      \
    "InsufficientError (lines: what does not fit, and what could be had), PausedError (line),\n"   \
    "ConflictError (the key was accepted with other content), UnknownChannelError,\n"              \
    "UnknownItemError, UnknownLocationError, InvalidError (field), QuantityOverflowError,\n"       \
    "NoMemoryError, NotDurableError. Nothing has changed then."
#define MANUAL_amend                                                                               \
    "amend($self, order, lines, *, date=None)\n--\n\n"                                             \
    "Replace an order's lines, and its date if one is given, in one step: the old promise is\n"    \
    "given up exactly if the new one holds. Answers and raises as reserve; UnknownOrderError;\n"   \
    "WrongStateError: something of it is allocated or shipped, or it is closed."
#define MANUAL_confirm                                                                             \
    "confirm($self, order)\n--\n\n"                                                                \
    "The order's timeout ends. UnknownOrderError; WrongStateError: it is closed, or its "          \
    "time has\n"                                                                                   \
    "passed."
#define MANUAL_extend                                                                              \
    "extend($self, order, expires_at)\n--\n\n"                                                     \
    "The order's timeout, which is running, moves. UnknownOrderError; WrongStateError: none is\n"  \
    "running, or its time has passed; InvalidError: not later than now."
#define PARTS_OF_IT                                                                                \
    "\n\nlines: {item: quantity} or a list of (item, quantity, unit, location), Line or "          \
    "mappings;\n"                                                                                  \
    "None: all that can be. UnknownOrderError; WrongStateError: there is not so much of it, or\n"  \
    "nothing; UnknownItemError, UnknownLocationError, InvalidError."
#define MANUAL_release                                                                             \
    "release($self, order, lines=None)\n--\n\n"                                                    \
    "Give back what is reserved (or dated, or waits), where it came from." PARTS_OF_IT
#define MANUAL_allocate                                                                            \
    "allocate($self, order, lines=None)\n--\n\n"                                                   \
    "What is reserved becomes allocated; the timeout ends." PARTS_OF_IT
#define MANUAL_deallocate                                                                          \
    "deallocate($self, order, lines=None)\n--\n\n"                                                 \
    "What is allocated becomes reserved again." PARTS_OF_IT
#define MANUAL_ship                                                                                \
    "ship($self, order, lines=None)\n--\n\n"                                                       \
    "What is allocated, then what is reserved, leaves: on_hand falls with it; the timeout ends."   \
    PARTS_OF_IT
#define MANUAL_resource                                                                            \
    "resource($self, order, item, from_, to, *, quantity=None)\n--\n\n"                            \
    "Move what an order has reserved of an item from one location to another of its channel's;\n"  \
    "quantity: in the smallest unit, None: all that is there. UnknownOrderError, "                 \
    "UnknownItemError,\n"                                                                          \
    "UnknownLocationError; WrongStateError: there is not so much of it; InsufficientError: what\n" \
    "could be had at the other."

/* ---- masters --------------------------------------------------------------------------------- */

#define SETTINGS_STAY                                                                              \
    "\n\nSettings that are not named stay as they are; None sets one back to its default."
#define MANUAL_item                                                                                \
    "item($self, item, *, unit=..., units=..., tracked=..., components=...)\n--\n\n"               \
    "Make an item, or find it and change its settings; its handle.\n\n"                            \
    "unit        the name of its smallest unit\n"                                                  \
    "units       {name: how many of the smallest}: an int, Fraction, or (numerator, "              \
    "denominator)\n"                                                                               \
    "tracked     False: a service, which can always be promised\n"                                 \
    "components  of a kit: {item: number}" SETTINGS_STAY                                           \
    "\n\nInvalidError (field), UnknownItemError (of a component); WrongStateError: it "            \
    "becomes, or\n"                                                                                \
    "ceases to be, a kit or tracked while something is kept for it."
#define MANUAL_location                                                                            \
    "location($self, location, *, region=..., active=...)\n--\n\n"                                 \
    "Make a location, or find it and change its settings; its handle. One that is not active\n"    \
    "gives nothing to any channel, and keeps its figures." SETTINGS_STAY
#define POLICY_SIGNATURE                                                                           \
    "locations=..., sourcing=..., share=..., buffer=..., precedence=..., closed=..., "             \
    "backorder=..., horizon=..., unit=..., cap=..., minimum=..., low=..., paused=..., "            \
    "interval=..., step=...)\n--\n\n"
#define POLICY_SETTINGS                                                                            \
    "\n\nlocations   where it ships from, in order: keys or handles of locations and regions;\n"   \
    "            [] is nowhere; default: all, in key order\n"                                      \
    "sourcing    how it fills: \"split\", \"most\" or \"single\"; default \"split\"\n"             \
    "share       1/10,000 of each cell's shared stock that it sees; default 10,000\n"              \
    "buffer      kept back from it over all its locations; default 0\n"                            \
    "precedence  who is served first when stock falls short, within +-10^6; default 0\n"           \
    "closed      nothing may be promised, and it shows 0; default False\n"                         \
    "backorder   how far it may promise beyond stock; default 0\n"                                 \
    "horizon     days ahead that it may promise scheduled stock, at most 3,660; default 0\n"       \
    "unit        promisable is in whole ones of it; default: the smallest\n"                       \
    "cap         the most it shows; default: no such end\n"                                        \
    "minimum     it shows 0 below this; default 0\n"                                               \
    "low         what it shows is \"low\" at or below this; default 0\n"                           \
    "paused      takes no new order with the item; default False\n"                                \
    "interval    before an item is told again: timedelta or ms; default 0\n"                       \
    "step        the least difference that is told; default 1" SETTINGS_STAY                       \
    "\n\nInvalidError (field), UnknownLocationError (field, line)."
#define MANUAL_channel                                                                             \
    "channel($self, channel, *, " POLICY_SIGNATURE                                                 \
    "Make a channel, or find it and change its settings, all at one instant; its handle."          \
    POLICY_SETTINGS
#define MANUAL_policy                                                                              \
    "policy($self, item=None, channel=None, *, " POLICY_SIGNATURE                                  \
    "Change settings of an item in one channel, of an item in all channels, or of a "              \
    "channel. The\n"                                                                               \
    "first goes before the second, that before the third; setting by setting." POLICY_SETTINGS     \
    " UnknownItemError,\nUnknownChannelError."
#define MANUAL_hold                                                                                \
    "hold($self, reason)\n--\n\n"                                                                  \
    "Declare a reason for holds, or find it: 16 in all. Its number, the place in holds()."
#define MANUAL_source                                                                              \
    "source($self, source, *, max_lag=...)\n--\n\n"                                                \
    "Declare a system that sends events, or find it; its handle. max_lag: the silence "            \
    "(timedelta\n"                                                                                 \
    "or ms) after which stats() lists it as silent; None: never."
#define MANUAL_owner                                                                               \
    "owner($self, quantity, source, *, location=None)\n--\n\n"                                     \
    "Which sources may write a quantity (\"on_hand\", \"held\", \"allocated\", "                   \
    "\"safety_stock\",\n"                                                                          \
    "\"ring_fence\", \"schedule\"), or send a type of events; everywhere, or at one location.\n"   \
    "source: one, or a list; []: nobody; None: the rule is taken back. Events of others are\n"     \
    "refused with NotOwnerError from then on. UnknownSourceError, UnknownLocationError,\n"         \
    "InvalidError."

/* ---- events in general ----------------------------------------------------------------------- */

#define MANUAL_apply                                                                               \
    "apply($self, type, **fields)\n--\n\n"                                                         \
    "Apply one event, entirely and at one instant; or refuse it.\n\n"                              \
    "Fields are named as in the JSON (EVENT_FIELDS has those of each type, "                       \
    "REQUIRED_FIELDS those\n"                                                                      \
    "that must be given); \"from\", which is a word of Python's, may be written from_. "           \
    "None is the\n"                                                                                \
    "same as leaving it out, but for settings of masters, which it sets back. Every "              \
    "event may say:\n\n"                                                                           \
    "source       the system that sends it, declared before: key or handle\n"                      \
    "seq          rises within the source; at or below the last: StaleError\n"                     \
    "id           idempotency key within its source: applied before, the answer is a duplicate;\n" \
    "             with other content ConflictError\n"                                              \
    "at           when it happened: datetime or ms\n"                                              \
    "correlation  carried to the exception that it becomes\n"                                      \
    "content      bytes or str to be kept if it is refused (its JSON, say)\n"                      \
    "expected     sets and adjusts: only if the quantity is that now; else "                       \
    "ConflictError (actual)\n\n"                                                                   \
    "A quantity counts the item's smallest unit, or `unit`; 2.5 cases are Decimal(\"2.5\") or\n"   \
    "Fraction(5, 2), and must come out whole. A refused event is kept: see exceptions() and the\n" \
    "error's `exception`; but not for InsufficientError, PausedError, NoMemoryError,\n"            \
    "NotDurableError, and not if it could not be read at all (TypeError, or InvalidError of a\n"   \
    "value that does not fit: its `exception` is None)."
#define MANUAL_apply_many                                                                          \
    "apply_many($self, events, /)\n--\n\n"                                                         \
    "Apply events in their order, each at its own instant: an iterable of mappings with "          \
    "\"type\"\n"                                                                                   \
    "and the fields that apply takes. A list, in the same order, of an Answer or the exception\n"  \
    "that apply would have raised: one that is refused does not stop the others.\n\n"              \
    "They are read and applied in runs of up to 256, the interpreter's lock released by the "      \
    "larger\n"                                                                                     \
    "ones: a generator that asks the engine between two rows may find it as it was before the\n"   \
    "run. If it raises, so does this; runs before that are applied, what it gave since is not, "   \
    "and\n"                                                                                        \
    "the answers are lost: where that matters, give a list. No faster than single calls, but of\n" \
    "a durable engine: a run is waited for together. For speed: apply_columns."
#define MANUAL_reserve_many                                                                        \
    "reserve_many($self, orders, /)\n--\n\n"                                                       \
    "Promise orders in their order, each at its own instant: an iterable of mappings with the\n"   \
    "arguments of reserve. A list of an Answer or an exception for each, as apply_many, which\n"   \
    "see, also for generators."

/* ---- the engine ------------------------------------------------------------------------------ */

#define MANUAL_close                                                                               \
    "close($self)\n--\n\n"                                                                         \
    "Close the engine and give back all its memory; of a durable one, write what is still to be\n" \
    "written. From then on every call is a ClosedError. Waits for calls that are inside "          \
    "on other\n"                                                                                   \
    "threads; a second time it does nothing."
#define MANUAL_fork                                                                                \
    "fork($self)\n--\n\n"                                                                          \
    "Another engine that is what this one is at one instant, to try things; from then "            \
    "on neither\n"                                                                                 \
    "knows of the other. It is in memory, and closed by the caller. Handles are the "              \
    "same in both.\n"                                                                              \
    "Cost: all the memory is read and written once."
#define MANUAL_advance                                                                             \
    "advance($self, now)\n--\n\n"                                                                  \
    "Tell the engine what time it is (datetime, or ms since the epoch, within +-2^53): "           \
    "it reads no\n"                                                                                \
    "clock. What has fallen due takes effect: orders that expire are released, dated promises\n"   \
    "become reserved, fences end. An earlier time than the engine's does nothing. InvalidError."
#define MANUAL_find_item                                                                           \
    "find_item($self, key, /)\n--\n\nThe handle of an item. UnknownItemError."
#define MANUAL_find_location                                                                       \
    "find_location($self, key, /)\n--\n\nThe handle of a location. UnknownLocationError."
#define MANUAL_find_region                                                                         \
    "find_region($self, key, /)\n--\n\n"                                                           \
    "A handle that stands for all locations of a region in the `locations` of a policy, and\n"     \
    "nowhere else. UnknownLocationError: no location was ever put into it."
#define MANUAL_find_channel                                                                        \
    "find_channel($self, key, /)\n--\n\nThe handle of a channel. UnknownChannelError."
#define MANUAL_find_source                                                                         \
    "find_source($self, key, /)\n--\n\nThe handle of a source. UnknownSourceError."
#define MANUAL_key                                                                                 \
    "key($self, handle, /)\n--\n\n"                                                                \
    "The key of an Item, Location, Channel or Source. LookupError (UnknownItemError ...): the\n"   \
    "engine did not give it; TypeError: it does not say of what it is the handle."
#define MANUAL_items                                                                               \
    "items($self)\n--\n\nAll items, as (key, handle), in the order in which they were made."
#define MANUAL_locations                                                                           \
    "locations($self)\n--\n\nAll locations, as (key, handle), in the order in which they were made."
#define MANUAL_channels                                                                            \
    "channels($self)\n--\n\nAll channels, as (key, handle), in the order in which they were made."
#define MANUAL_sources                                                                             \
    "sources($self)\n--\n\nAll sources, as (key, handle), in the order in which they were made."
#define MANUAL_holds                                                                               \
    "holds($self)\n--\n\nThe reasons for holds, by number."
#define MANUAL_look_item                                                                           \
    "look_item($self, item, /)\n--\n\nWhat is known of an item: ItemView. UnknownItemError."
#define MANUAL_look_location                                                                       \
    "look_location($self, location, /)\n--\n\n"                                                    \
    "What is known of a location: LocationView. UnknownLocationError."
#define MANUAL_look_source                                                                         \
    "look_source($self, source, /)\n--\n\nWhat is known of a source: SourceView. "                 \
    "UnknownSourceError."
#define MANUAL_look_policy                                                                         \
    "look_policy($self, item=None, channel=None)\n--\n\n"                                          \
    "The settings in force for an item in a channel; without an item, the channel's.\n"            \
    "UnknownItemError, UnknownChannelError."

/* ---- exceptions ------------------------------------------------------------------------------ */

#define MANUAL_exceptions                                                                          \
    "exceptions($self, number=None, *, by_impact=False)\n--\n\n"                                   \
    "Refused events that are kept, all as they are at one instant, by number; or the "             \
    "one of that\n"                                                                                \
    "number (InvalidError: there is none). by_impact: those with more open orders at the cells\n"  \
    "that they name first."
#define MANUAL_exception_counts                                                                    \
    "exception_counts($self)\n--\n\nHow many there are, were kept in all, and were lost."
#define MANUAL_exception_put                                                                       \
    "exception_put($self, type=None, *, status='invalid', field=None, reason=None, "               \
    "**fields)\n--\n\n"                                                                            \
    "Keep among the exceptions what could not even be made an event; its number. fields: item,\n"  \
    "location, from_, to, order (which cells it is about), source, id, correlation, content.\n"    \
    "InvalidError: status is none that is kept."
#define MANUAL_exception_replay                                                                    \
    "exception_replay($self, number, event=None)\n--\n\n"                                          \
    "Apply the event of an exception, mended (a mapping, as of apply_many), or as it "             \
    "was kept. If\n"                                                                               \
    "it is applied, or a duplicate, the exception leaves at the same instant; refused again it\n"  \
    "stays. Answers and raises as apply; InvalidError (field \"number\"): there is none of that\n" \
    "number; (field \"event\"): it could not be kept."
#define MANUAL_exception_discard                                                                   \
    "exception_discard($self, number)\n--\n\n"                                                     \
    "Forget an exception. InvalidError: there is none of that number."

/* ---- questions ------------------------------------------------------------------------------- */

#define MANUAL_available                                                                           \
    "available($self, item, channel, date=None, order=None)\n--\n\n"                               \
    "How much may this channel promise of this item? Availability(promisable, "                    \
    "published, level).\n\n"                                                                       \
    "item, channel  keys or handles; a list or an array of items gives columns (see below)\n"      \
    "date           from now to the channel's horizon (datetime, ms); None: the end of "           \
    "it, which\n"                                                                                  \
    "               is the most that may be promised\n"                                            \
    "order          what this order has counts as free\n\n"                                        \
    "UnknownItemError, UnknownChannelError, UnknownOrderError; InvalidError: the date.\n\n"        \
    "Of several items (a list, a numpy array of handles, a column): Availabilities, in "           \
    "one call and\n"                                                                               \
    "with the interpreter's lock released; the first that is not known raises, and its "           \
    "field says\n"                                                                                 \
    "which: item[3]."
#define MANUAL_explain                                                                             \
    "explain($self, item, channel, date=None, order=None)\n--\n\n"                                 \
    "Why is it this figure? Every term of it, of one instant, and in words what keeps it from\n"   \
    "being more (because). Arguments and errors as of available."
#define MANUAL_cell                                                                                \
    "cell($self, item, location)\n--\n\n"                                                          \
    "All that is kept of an item at a location, at one instant; all 0 if nothing was "             \
    "ever said of\n"                                                                               \
    "it. UnknownItemError, UnknownLocationError."
#define MANUAL_order                                                                               \
    "order($self, order)\n--\n\nAn order, as it is at one instant. UnknownOrderError."
#define MANUAL_orders                                                                              \
    "orders($self, item=None, location=None, *, closed=False)\n--\n\n"                             \
    "The open orders that have something reserved or allocated of that item, and there, by key,\n" \
    "all as they are at one instant. closed: those that are closed and remembered, too; only\n"    \
    "without item and location. Cost: one pass over all orders. UnknownItemError,\n"               \
    "UnknownLocationError, InvalidError."
#define MANUAL_waiting                                                                             \
    "waiting($self, item, location=None)\n--\n\n"                                                  \
    "What waits for an item and could go now, in the order in which it is served.\n"               \
    "UnknownItemError, UnknownLocationError."
#define MANUAL_shortages                                                                           \
    "shortages($self)\n--\n\n"                                                                     \
    "The cells where what is promised is not there, with the orders at risk, by item, then\n"      \
    "location, all of one instant."
#define MANUAL_changes                                                                             \
    "changes($self, channel, *, after=None, limit=None)\n--\n\n"                                   \
    "Tell a channel what has changed for it: each item whose published figure or level differs\n"  \
    "from what it was last told. Asking is telling. after: the position of an earlier "            \
    "answer; what\n"                                                                               \
    "was told since then was lost, and is told again. limit: at most so many items.\n"             \
    "UnknownChannelError, InvalidError, NoMemoryError."
#define MANUAL_audit                                                                               \
    "audit($self)\n--\n\n"                                                                         \
    "Recompute out of the orders what is kept in the cells, and hash the state, all of "           \
    "one instant\n"                                                                                \
    "while others write. Cost: one pass over everything."
#define MANUAL_stats "stats($self)\n--\n\nFigures for operations: Stats."
#define MANUAL_metrics                                                                             \
    "metrics($self)\n--\n\nThe same as text for a monitoring system: OpenMetrics 1.0."
#define MANUAL_memory "memory($self)\n--\n\nWhat the engine has taken: Memory."

/* ---- durability ------------------------------------------------------------------------------ */

#define MANUAL_durable_wait                                                                        \
    "durable_wait($self, position=None)\n--\n\n"                                                   \
    "Wait until a position (answer.position; None: the last one given) is durable; commits, if\n"  \
    "nobody else does. NotDurableError: the log failed before it was."
#define MANUAL_committer_start                                                                     \
    "committer_start($self)\n--\n\n"                                                               \
    "Start a thread of the library's own that commits, for answering=\"decided\". "                \
    "InvalidError: the\n"                                                                          \
    "engine is in memory only; WrongStateError: it runs already."
#define MANUAL_committer_stop                                                                      \
    "committer_stop($self)\n--\n\nStop it. WrongStateError: it does not run."
#define MANUAL_checkpoint                                                                          \
    "checkpoint($self, *, keep_journal=False)\n--\n\n"                                             \
    "Write a checkpoint of this instant, so that opening begins there, and forget older "          \
    "ones; and,\n"                                                                                 \
    "unless keep_journal, the journal before it (and with it the audit trail of that time).\n"     \
    "InvalidError: the engine is in memory only; WrongStateError: another is being written;\n"     \
    "NotDurableError, NoMemoryError. Cost: all that is kept is read and written, while "           \
    "everybody\n"                                                                                  \
    "goes on."

#endif
