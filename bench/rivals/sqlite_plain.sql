-- SPDX-License-Identifier: Apache-2.0
-- As one would draw it up: cells, channels with their lists, orders.
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;

CREATE TABLE cell (
    item TEXT NOT NULL, location INTEGER NOT NULL,
    on_hand INTEGER NOT NULL, held INTEGER NOT NULL, allocated INTEGER NOT NULL,
    reserved INTEGER NOT NULL, safety_stock INTEGER NOT NULL,
    PRIMARY KEY (item, location)
) WITHOUT ROWID;

CREATE TABLE channel (key TEXT PRIMARY KEY, share INTEGER, buffer INTEGER) WITHOUT ROWID;

CREATE TABLE channel_location (
    channel TEXT, place INTEGER, location INTEGER, PRIMARY KEY (channel, place)
) WITHOUT ROWID;

CREATE TABLE orders (
    key TEXT PRIMARY KEY, channel TEXT, item TEXT, location INTEGER, quantity INTEGER
) WITHOUT ROWID;
