-- SPDX-License-Identifier: Apache-2.0
-- One unit of item ?1 from the first location in the list of channel ?2 that has it, if all of its
-- locations together have more than the buffer.
WITH seen AS (
    SELECT place, cell.location, buffer,
           max(0, on_hand - held - allocated - reserved - safety_stock) * share / 10000 AS units
    FROM channel
    JOIN channel_location ON channel_location.channel = channel.key
    JOIN cell ON cell.item = ?1 AND cell.location = channel_location.location
    WHERE channel.key = ?2
)
UPDATE cell SET reserved = reserved + 1
WHERE item = ?1
  AND location = (SELECT location FROM seen
                  WHERE units > 0
                    AND (SELECT sum(units) > max(buffer) FROM seen)
                  ORDER BY place LIMIT 1)
RETURNING location
