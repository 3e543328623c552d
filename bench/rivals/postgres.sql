-- SPDX-License-Identifier: Apache-2.0
--
-- The bench sets bench.items, bench.on_hand, bench.held and bench.safety_stock, runs this text, and
-- then fills the two tables of channels. Locations count from 1 here, as arrays do.

-- For both forms.
CREATE TABLE channel (
    key text PRIMARY KEY, locations int[] NOT NULL, share int NOT NULL, buffer bigint NOT NULL
);
CREATE TABLE channel_location (
    channel text, place int, location int NOT NULL, PRIMARY KEY (channel, place)
);
CREATE TABLE orders (
    key text PRIMARY KEY, channel text NOT NULL, item text NOT NULL, location int NOT NULL,
    quantity bigint NOT NULL
);

-- Plain: a row for each cell. Half of a page is left free, so that a new version of a row lies
-- beside the old one and no index has to change.
CREATE TABLE cell (
    item text, location int,
    on_hand bigint NOT NULL, held bigint NOT NULL, allocated bigint NOT NULL,
    reserved bigint NOT NULL, safety_stock bigint NOT NULL,
    PRIMARY KEY (item, location)
) WITH (fillfactor = 50);
INSERT INTO cell
SELECT 'item-' || lpad(to_hex(item), 11, '0'), location,
       current_setting('bench.on_hand')::bigint, current_setting('bench.held')::bigint, 0, 0,
       current_setting('bench.safety_stock')::bigint
FROM generate_series(0, current_setting('bench.items')::int - 1) AS item,
     generate_series(1, 4) AS location;

-- Best: a row for each item, and one call.
CREATE TABLE item (
    key text PRIMARY KEY,
    on_hand bigint[] NOT NULL, held bigint[] NOT NULL, allocated bigint[] NOT NULL,
    reserved bigint[] NOT NULL, safety_stock bigint[] NOT NULL
) WITH (fillfactor = 50);
INSERT INTO item
SELECT 'item-' || lpad(to_hex(item), 11, '0'),
       array_fill(current_setting('bench.on_hand')::bigint, '{4}'),
       array_fill(current_setting('bench.held')::bigint, '{4}'),
       array_fill(0::bigint, '{4}'), array_fill(0::bigint, '{4}'),
       array_fill(current_setting('bench.safety_stock')::bigint, '{4}')
FROM generate_series(0, current_setting('bench.items')::int - 1) AS item;

-- One unit: the location; 0: not enough; -1: the key has another order. The row is read without a
-- lock, and written where it lies (ctid) if it is still the same version (xmin); else it is looked
-- at once more.
CREATE FUNCTION reserve(order_key text, channel_key text, item_key text) RETURNS int
LANGUAGE plpgsql AS $$
DECLARE
    settings channel;
    figures record;
    known orders;
    pool bigint;
    seen bigint;
    first int;
    at int;
BEGIN
    SELECT * INTO STRICT settings FROM channel WHERE key = channel_key;
    LOOP
        SELECT *, xmin, ctid INTO STRICT figures FROM item WHERE key = item_key;
        pool := 0;
        first := NULL;
        FOREACH at IN ARRAY settings.locations LOOP
            seen := greatest(0, figures.on_hand[at] - figures.held[at] - figures.allocated[at] -
                                figures.reserved[at] - figures.safety_stock[at]) *
                    settings.share / 10000;
            pool := pool + seen;
            IF first IS NULL AND seen > 0 THEN
                first := at;
            END IF;
        END LOOP;
        EXIT WHEN first IS NULL OR pool <= settings.buffer;
        INSERT INTO orders VALUES (order_key, channel_key, item_key, first, 1)
            ON CONFLICT DO NOTHING;
        EXIT WHEN NOT FOUND;
        UPDATE item SET reserved[first] = reserved[first] + 1
            WHERE ctid = figures.ctid AND xmin = figures.xmin;
        IF FOUND THEN
            RETURN first;
        END IF;
        DELETE FROM orders WHERE key = order_key;
    END LOOP;
    SELECT * INTO known FROM orders WHERE key = order_key;
    IF NOT FOUND THEN
        RETURN 0;
    END IF;
    IF known.channel = channel_key AND known.item = item_key AND known.quantity = 1 THEN
        RETURN known.location;
    END IF;
    RETURN -1;
END
$$;
