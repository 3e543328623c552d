-- SPDX-License-Identifier: Apache-2.0
-- One unit of item $3 under the order's key $1, from the first location in the list of channel $2
-- that has it, if all of its locations together have more than the buffer; and the order's record.
-- A key that is known takes nothing. The item's cells are locked first, so that two at once see
-- each other.
WITH locked AS (
    SELECT * FROM cell WHERE item = $3 ORDER BY location FOR UPDATE
), seen AS (
    SELECT place, locked.location, buffer,
           greatest(0, on_hand - held - allocated - reserved - safety_stock) * share / 10000
               AS units
    FROM channel
    JOIN channel_location ON channel_location.channel = channel.key
    JOIN locked ON locked.location = channel_location.location
    WHERE channel.key = $2
), taken AS (
    UPDATE cell SET reserved = reserved + 1
    WHERE item = $3
      AND location = (SELECT location FROM seen
                      WHERE units > 0
                        AND (SELECT sum(units) > max(buffer) FROM seen)
                      ORDER BY place LIMIT 1)
      AND NOT EXISTS (SELECT FROM orders WHERE key = $1)
    RETURNING location
)
INSERT INTO orders SELECT $1, $2, $3, location, 1 FROM taken
RETURNING location
