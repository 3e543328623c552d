/* SPDX-License-Identifier: Apache-2.0
 *
 * See policy.h. */
#include "policy.h"

/* ---- layers ---- */

void sbl_layer_read(const struct sbl_memory *memory, uint32_t blob, uint32_t from,
                    struct sbl_layer *layer) {
    uint64_t word[1 + SBL_SETTINGS] = {0};
    uint32_t at = 1;
    sbl_blob_copy(memory, blob, from, word, 1 + SBL_SETTINGS);
    layer->set = sbl_low(word[0]) & SELLABLE_SETTINGS_ALL;
    layer->count = sbl_high(word[0]);
    if (layer->count > SELLABLE_LOCATIONS_MAX + SELLABLE_LOCATIONS_MAX) /* torn */
        layer->count = 0;
    for (int i = 1; i < SBL_SETTINGS; i++)
        layer->value[i] = (layer->set >> i & 1) != 0 ? (int64_t)word[at++] : 0;
    layer->value[SBL_LOCATIONS] = 0;
    layer->blob = blob;
    layer->from = from + at;
    layer->words = at + (layer->count + 1) / 2;
}

bool sbl_layer_find(const struct sbl_memory *memory, uint32_t policies, uint32_t channel,
                    struct sbl_layer *layer, uint32_t *place) {
    uint64_t count = 0, head;
    *place = 1;
    sbl_blob_copy(memory, policies, 0, &count, 1);
    for (uint64_t i = 0; i < count && i <= SELLABLE_CHANNELS_MAX; i++) {
        if (sbl_blob_copy(memory, policies, *place, &head, 1) != 1)
            return false;
        if (sbl_low(head) == channel) {
            sbl_layer_read(memory, policies, *place + 1, layer);
            return true;
        }
        if (sbl_low(head) > channel)
            return false;
        *place += 1 + sbl_high(head);
    }
    return false;
}

void sbl_layer_over(struct sbl_layer *upper, const struct sbl_layer *lower) {
    uint32_t added = lower->set & ~upper->set;
    for (uint32_t left = added; left != 0; left &= left - 1) {
        int i = __builtin_ctz(left);
        upper->value[i] = lower->value[i];
    }
    if ((added & SELLABLE_SETTING_LOCATIONS) != 0) {
        upper->blob = lower->blob;
        upper->from = lower->from;
        upper->count = lower->count;
    }
    upper->set |= added;
}

uint32_t sbl_layer_location(const struct sbl_memory *memory, const struct sbl_layer *layer,
                            uint32_t i) {
    uint64_t word = 0;
    sbl_blob_copy(memory, layer->blob, layer->from + i / 2, &word, 1);
    return i % 2 == 0 ? sbl_low(word) : sbl_high(word);
}

static int64_t value_in(const struct sellable_policy *policy, enum sbl_setting setting,
                        uint32_t unit) {
    switch (setting) {
    case SBL_SOURCING:
        return policy->sourcing;
    case SBL_SHARE:
        return policy->share;
    case SBL_BUFFER:
        return policy->buffer;
    case SBL_PRECEDENCE:
        return policy->precedence;
    case SBL_CLOSED:
        return policy->closed;
    case SBL_BACKORDER:
        return policy->backorder;
    case SBL_HORIZON:
        return policy->horizon;
    case SBL_UNIT:
        return unit;
    case SBL_CAP:
        return policy->cap;
    case SBL_MINIMUM:
        return policy->minimum;
    case SBL_LOW:
        return policy->low;
    case SBL_PAUSED:
        return policy->paused;
    case SBL_INTERVAL:
        return policy->interval;
    case SBL_STEP:
        return policy->step;
    case SBL_LOCATIONS:
        break;
    }
    return 0;
}

void sbl_layer_change(struct sbl_layer *layer, const struct sellable_policy *policy,
                      uint32_t unit) {
    layer->set = (layer->set & ~policy->unset) | policy->set;
    for (int i = 1; i < SBL_SETTINGS; i++)
        if ((policy->set >> i & 1) != 0)
            layer->value[i] = value_in(policy, (enum sbl_setting)i, unit);
    if ((policy->set & SELLABLE_SETTING_LOCATIONS) != 0)
        layer->count = policy->location_count;
    else if ((policy->unset & SELLABLE_SETTING_LOCATIONS) != 0)
        layer->count = 0;
}

uint32_t sbl_layer_put(const struct sbl_layer *layer, uint64_t *word) {
    uint32_t at = 1;
    word[0] = sbl_pair(layer->count, layer->set);
    for (int i = 1; i < SBL_SETTINGS; i++)
        if ((layer->set >> i & 1) != 0)
            word[at++] = (uint64_t)layer->value[i];
    return at;
}

static int64_t value_of(const struct sbl_layer *layer, enum sbl_setting setting,
                        int64_t otherwise) {
    return (layer->set >> setting & 1) != 0 ? layer->value[setting] : otherwise;
}

struct sbl_terms sbl_terms_of(const struct sbl_layer *layer) {
    return (struct sbl_terms){
        .share = sbl_max(0, sbl_min(value_of(layer, SBL_SHARE, SELLABLE_SHARE_ALL),
                                    SELLABLE_SHARE_ALL)), /* torn words, too */
        .buffer = value_of(layer, SBL_BUFFER, 0),
        .backorder = value_of(layer, SBL_BACKORDER, 0),
        .horizon = sbl_multiply(value_of(layer, SBL_HORIZON, 0), SELLABLE_DAY),
        .unit = 1,
        .cap = value_of(layer, SBL_CAP, SELLABLE_QUANTITY_MAX),
        .minimum = value_of(layer, SBL_MINIMUM, 0),
        .low = value_of(layer, SBL_LOW, 0),
        .precedence = (int32_t)value_of(layer, SBL_PRECEDENCE, 0),
        .sourcing = (uint32_t)value_of(layer, SBL_SOURCING, SELLABLE_SPLIT),
        .closed = value_of(layer, SBL_CLOSED, 0) != 0,
        .paused = value_of(layer, SBL_PAUSED, 0) != 0,
    };
}

/* ---- channels ---- */

/* The part of what is free that a share lets see, in units of 2^-64, rounded up; all of it would be
 * 2^64, and is one less. See asker.h. */
static uint64_t part_of(int64_t share) {
    const uint64_t unit = UINT64_MAX / SELLABLE_SHARE_ALL; /* 2^64 / 10000, rounded down, */
    const uint64_t rest = UINT64_MAX % SELLABLE_SHARE_ALL + 1;         /* and what is left */
    uint64_t parts = (uint64_t)share;
    return share == SELLABLE_SHARE_ALL
               ? UINT64_MAX
               : parts * unit + (parts * rest + SELLABLE_SHARE_ALL - 1) / SELLABLE_SHARE_ALL;
}

void sbl_layer_asked(const struct sbl_layer *layer, uint64_t word[SBL_ASKED_WORDS]) {
    struct sbl_terms terms = sbl_terms_of(layer);
    word[SBL_ASKED_LESS] = (uint64_t)(terms.buffer - terms.backorder);
    word[SBL_ASKED_CAP] = (uint64_t)terms.cap;
    word[SBL_ASKED_MINIMUM] = (uint64_t)terms.minimum;
    word[SBL_ASKED_LOW] = (uint64_t)terms.low;
}

struct sbl_image sbl_channel_with(const struct sbl_image *channel, const struct sbl_layer *layer,
                                  uint32_t blob, uint32_t route, uint64_t mask) {
    struct sbl_image image = *channel;
    struct sbl_terms terms = sbl_terms_of(layer);
    bool names = (layer->set & SELLABLE_SETTING_LOCATIONS) != 0;
    bool unit = (layer->set & SELLABLE_SETTING_UNIT) != 0;
    bool asks = terms.backorder != 0 || terms.minimum != 0 || terms.low != 0 ||
                terms.cap != SELLABLE_QUANTITY_MAX;
    bool takes = unit || terms.sourcing == SELLABLE_MOST || terms.paused;
    image.word[SBL_CHANNEL_FORM] =
        SBL_CHANNEL_EXISTS | (terms.closed ? SBL_CHANNEL_CLOSED : 0) |
        (names ? SBL_CHANNEL_NAMES_LOCATIONS : 0) | (asks ? SBL_CHANNEL_ASKS : 0) |
        (takes ? SBL_CHANNEL_TAKES : 0) | (unit ? SBL_CHANNEL_UNIT : 0) |
        (terms.horizon != 0 ? SBL_CHANNEL_AHEAD : 0) | (uint64_t)terms.sourcing << 8 |
        (uint64_t)terms.share << 16 | (uint64_t)(uint32_t)terms.precedence << 32;
    image.word[SBL_CHANNEL_BUFFER] = (uint64_t)terms.buffer;
    image.word[SBL_CHANNEL_ROUTE] = names ? route : 0;
    image.word[SBL_CHANNEL_MASK] = mask;
    image.word[SBL_CHANNEL_PART] = terms.closed ? 0 : part_of(terms.share);
    image.word[SBL_CHANNEL_LAYER] = sbl_pair(sbl_channel_entry(channel), blob);
    return image;
}

/* ---- what is wrong with a policy ---- */

struct range {
    uint32_t setting;
    int64_t value, least, most;
    const char *field, *reason;
};

const char *sbl_policy_fault(const struct sellable_policy *policy, const char **reason) {
    static const char to_most[] = "0 to 10^15", flag[] = "0 or 1";
    const struct range range[] = {
        {SELLABLE_SETTING_SOURCING, policy->sourcing, 0, SELLABLE_SINGLE, "sourcing",
         "no such sourcing"},
        {SELLABLE_SETTING_SHARE, policy->share, 0, SELLABLE_SHARE_ALL, "share", "0 to 10,000"},
        {SELLABLE_SETTING_BUFFER, policy->buffer, 0, SELLABLE_QUANTITY_MAX, "buffer", to_most},
        {SELLABLE_SETTING_BACKORDER, policy->backorder, 0, SELLABLE_QUANTITY_MAX, "backorder",
         to_most},
        {SELLABLE_SETTING_HORIZON, policy->horizon, 0, SELLABLE_HORIZON_MAX, "horizon",
         "0 to 3,660 days"},
        {SELLABLE_SETTING_CAP, policy->cap, 0, SELLABLE_QUANTITY_MAX, "cap", to_most},
        {SELLABLE_SETTING_MINIMUM, policy->minimum, 0, SELLABLE_QUANTITY_MAX, "minimum", to_most},
        {SELLABLE_SETTING_LOW, policy->low, 0, SELLABLE_QUANTITY_MAX, "low", to_most},
        {SELLABLE_SETTING_PRECEDENCE, policy->precedence, -SELLABLE_PRECEDENCE_MAX,
         SELLABLE_PRECEDENCE_MAX, "precedence", "within +-1,000,000"},
        {SELLABLE_SETTING_CLOSED, policy->closed, 0, 1, "closed", flag},
        {SELLABLE_SETTING_PAUSED, policy->paused, 0, 1, "paused", flag},
        {SELLABLE_SETTING_INTERVAL, policy->interval, 0, SELLABLE_TIME_MAX, "interval",
         "0 to 2^53 ms"},
        {SELLABLE_SETTING_STEP, policy->step, 0, SELLABLE_QUANTITY_MAX, "step", to_most},
    };
    uint32_t set = policy->set;
    if ((set & ~(uint32_t)SELLABLE_SETTINGS_ALL) != 0) {
        *reason = "a bit is no setting";
        return "set";
    }
    if ((policy->unset & (~(uint32_t)SELLABLE_SETTINGS_ALL | set)) != 0) {
        *reason = "a bit is no setting, or is set as well";
        return "unset";
    }
    if ((set & SELLABLE_SETTING_LOCATIONS) != 0 &&
        (policy->location_count > SELLABLE_LOCATIONS_MAX ||
         (policy->location_count != 0 && policy->locations == NULL))) {
        *reason = "at most 65,535 locations, and where they are";
        return "locations";
    }
    for (size_t i = 0; i < sizeof range / sizeof *range; i++) {
        if ((set & range[i].setting) != 0 &&
            (range[i].value < range[i].least || range[i].value > range[i].most)) {
            *reason = range[i].reason;
            return range[i].field;
        }
    }
    return NULL;
}
