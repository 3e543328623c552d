/* SPDX-License-Identifier: Apache-2.0
 *
 * The pages of the manual on columns: the docstrings of the methods of Engine in columns.h. */
#include "columns.h"

const char sbl_view_doc[] =
    "view($self, /)\n--\n\n"
    "Everything at one instant: a View, of which several tables can be had.\n\n"
    "    with engine.view() as view:\n"
    "        stock = polars.DataFrame(view.cells())\n"
    "        orders = polars.DataFrame(view.order_lines())\n\n"
    "Others go on changing the engine meanwhile; each first change of something keeps its\n"
    "old value for the view, so close it when done (it closes with the last of its tables,\n"
    "too). Raises NoMemoryError.";

const char sbl_availability_doc[] =
    "availability($self, /, channels=None)\n--\n\n"
    "What channels may promise, of every item, at one instant: a Table.\n\n"
    "    item        key\n"
    "    channel     key (a dictionary)\n"
    "    promisable  the most that one order could promise, in the smallest unit\n"
    "    published   what the channel is told\n"
    "    level       'none', 'low' or 'ok' (a dictionary)\n\n"
    "channels: keys or handles; None: all there are. A row for each item and channel, in\n"
    "no order to rely on. Raises UnknownChannelError, InvalidError (one is named twice),\n"
    "NoMemoryError. Cost: opening a view; the figures are worked out as rows are drawn.";

const char sbl_cells_doc[] =
    "cells($self, /)\n--\n\n"
    "What is kept at each item and location, at one instant: a Table.\n\n"
    "    item          key\n"
    "    location      key (a dictionary)\n"
    "    on_hand       and held (over all reasons), allocated, reserved, backordered,\n"
    "                  promised (for later dates), safety_stock, fenced (over all\n"
    "                  channels), net, free, shared, short: in the item's smallest unit\n"
    "    held_REASON   of held, one for each reason that there is\n\n"
    "A row for each cell of which anything is kept. Raises NoMemoryError.";

const char sbl_order_lines_doc[] =
    "order_lines($self, /, *, closed=False)\n--\n\n"
    "The placements of the open orders, at one instant: a Table.\n\n"
    "    order         key\n"
    "    channel       key (a dictionary)\n"
    "    state         of the order: 'reserved', 'allocated', 'shipped', 'expired' or\n"
    "                  'released' (a dictionary)\n"
    "    expires_at    UTC; null: no timeout is running\n"
    "    date          UTC; for when it is promised\n"
    "    item          key\n"
    "    location      key (a dictionary)\n"
    "    reserved      and allocated, shipped, released; of reserved: dated, backordered;\n"
    "                  in the item's smallest unit\n\n"
    "By order, its placements as they are filled. closed: those of closed orders that are\n"
    "remembered, too. Raises NoMemoryError. Cost: the orders are sorted once a view.";

const char sbl_apply_columns_doc[] =
    "apply_columns($self, type, frame=None, /, **columns)\n--\n\n"
    "Apply an event for each row of some columns: sellable.columns.Applied.\n\n"
    "    engine.apply_columns('on_hand.set', item=skus, location='east', quantity=counts,\n"
    "                         as_of=midnight, source='erp')\n\n"
    "type is one whose fields are plain (EVENT_FIELDS[type]: no lines, no settings). Each\n"
    "field is a column - list, tuple, numpy array, pandas, polars or pyarrow column - or\n"
    "one value that stands in every row. frame is a DataFrame or table, or a mapping, of\n"
    "columns by the names of the fields; columns given by keyword go before its own.\n\n"
    "Things are named by keys (text) or, in columns given by keyword, by handles (whole\n"
    "numbers). Quantities are whole. Times are ms since the epoch, or datetimes that know\n"
    "their time zone. None, null and NaN are 'not given'.\n\n"
    "Each row is an event of its own: a row that is refused does not stop the others, and\n"
    "is kept among the exceptions as with apply. Columns that cannot be read (a wrong\n"
    "type, unequal lengths, 2.5 pieces, a name that the event does not have) raise\n"
    "TypeError or InvalidError, and nothing is applied. Other threads run meanwhile.";

#define LOAD_DOC(NAME, TYPE, TEXT)                                                                 \
    const char sbl_##NAME##_doc[] =                                                                \
        #NAME "($self, frame=None, /, **columns)\n--\n\n"                                          \
              "A '" TYPE "' for each row: at `item`, `location`\n" TEXT ".\n\n"                    \
              "The same as apply_columns('" TYPE "', frame, **columns).";
SBL_LOADS(LOAD_DOC)
