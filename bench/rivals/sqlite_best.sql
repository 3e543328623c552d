-- SPDX-License-Identifier: Apache-2.0
-- One row for each item, one tree for each table; nothing of it is on a disk.
PRAGMA temp_store = MEMORY;
PRAGMA journal_mode = MEMORY;
PRAGMA locking_mode = EXCLUSIVE;

CREATE TABLE item (
    key TEXT PRIMARY KEY,
    on_hand0 INTEGER, held0 INTEGER, allocated0 INTEGER, reserved0 INTEGER, safety_stock0 INTEGER,
    on_hand1 INTEGER, held1 INTEGER, allocated1 INTEGER, reserved1 INTEGER, safety_stock1 INTEGER,
    on_hand2 INTEGER, held2 INTEGER, allocated2 INTEGER, reserved2 INTEGER, safety_stock2 INTEGER,
    on_hand3 INTEGER, held3 INTEGER, allocated3 INTEGER, reserved3 INTEGER, safety_stock3 INTEGER
) WITHOUT ROWID;

CREATE TABLE orders (
    key TEXT PRIMARY KEY, channel TEXT, item TEXT, location INTEGER, quantity INTEGER
) WITHOUT ROWID;
