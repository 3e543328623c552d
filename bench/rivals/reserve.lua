-- SPDX-License-Identifier: Apache-2.0
--
-- Reserve one unit. KEYS: the order, the item. The bench puts one line before this text, the
-- settings of a channel; so there is one script for each channel, and reading its settings costs
-- nothing:
--    local channel, list, share, buffer = 'web', {0, 1, 2, 3}, 10000, 0
-- An item is one string of numbers, five for each location: on_hand, held, allocated, reserved,
-- safety_stock; a hash would have to be searched for each of its fields. An order is one string:
-- what was asked for, then the location.
-- Answers the location; -1: not enough; -2: the key has another order.
local item = redis.call('GET', KEYS[2])
if not item then
    return redis.error_reply('no such item')
end
local pool, first, before = 0, nil, 0
for i = 1, #list do
    local on_hand, held, allocated, reserved, safety_stock =
        struct.unpack('<ddddd', item, list[i] * 40 + 1)
    local net = on_hand - held - allocated - reserved - safety_stock
    if net > 0 then
        local seen = math.floor(net * share / 10000)
        pool = pool + seen
        if not first and seen > 0 then
            first, before = list[i], reserved
        end
    end
end
local wish = channel .. ' ' .. KEYS[2] .. ' 1 '
local known
if first and pool > buffer then
    known = redis.call('SET', KEYS[1], wish .. first, 'NX', 'GET')
    if not known then
        redis.call('SETRANGE', KEYS[2], first * 40 + 24, struct.pack('<d', before + 1))
        return first
    end
else
    known = redis.call('GET', KEYS[1])
end
if not known then
    return -1
end
if known:sub(1, #wish) == wish then
    return tonumber(known:sub(#wish + 1))
end
return -2
