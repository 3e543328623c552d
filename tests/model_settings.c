/* SPDX-License-Identifier: Apache-2.0
 *
 * The reference model: channels, settings and their overrides. See model.h. */
#include "model_figures.h"

#include <string.h>

/* ---- judging --------------------------------------------------------------------------------- */

static bool is_known_place(const struct model *model, uint32_t id) {
    uint32_t region = id & ~MODEL_REGION;
    return id & MODEL_REGION ? region != 0 && region <= model->region_names.count
                             : id != 0 && id <= model->location_names.count;
}

static enum sellable_status judge_locations(const struct model *model,
                                            const struct sellable_policy *policy,
                                            struct sellable_answer *answer) {
    if (!(policy->set & SELLABLE_SETTING_LOCATIONS)) {
        return SELLABLE_OK;
    }
    if (policy->location_count > SELLABLE_LOCATIONS_MAX ||
        (policy->location_count > 0 && !policy->locations)) {
        return model_fault(answer, SELLABLE_INVALID, "locations", 0);
    }
    for (uint32_t i = 0; i < policy->location_count; i++) {
        if (!is_known_place(model, policy->locations[i].id)) {
            return model_fault(answer, SELLABLE_UNKNOWN_LOCATION, "locations", i);
        }
        for (uint32_t k = 0; k < i; k++) {
            if (policy->locations[k].id == policy->locations[i].id) {
                return model_fault(answer, SELLABLE_INVALID, "locations", i);
            }
        }
    }
    return SELLABLE_OK;
}

/* The first fault of a policy's values, but for its locations; ok if there is none. */
static enum sellable_status judge_values(const struct sellable_policy *policy,
                                         struct sellable_answer *answer) {
    const uint32_t all = SELLABLE_SETTINGS_ALL;
    const int64_t most = SELLABLE_QUANTITY_MAX;
    const struct {
        uint32_t setting;
        const char *name;
        int64_t value, first, last;
    } ranges[] = {
        {SELLABLE_SETTING_SOURCING, "sourcing", policy->sourcing, 0, SELLABLE_SINGLE},
        {SELLABLE_SETTING_SHARE, "share", policy->share, 0, SELLABLE_SHARE_ALL},
        {SELLABLE_SETTING_BUFFER, "buffer", policy->buffer, 0, most},
        {SELLABLE_SETTING_PRECEDENCE, "precedence", policy->precedence, -SELLABLE_PRECEDENCE_MAX,
         SELLABLE_PRECEDENCE_MAX},
        {SELLABLE_SETTING_CLOSED, "closed", policy->closed, 0, 1},
        {SELLABLE_SETTING_BACKORDER, "backorder", policy->backorder, 0, most},
        {SELLABLE_SETTING_HORIZON, "horizon", policy->horizon, 0, SELLABLE_HORIZON_MAX},
        {SELLABLE_SETTING_UNIT, "unit", model_is_key(policy->unit), 1, 1},
        {SELLABLE_SETTING_CAP, "cap", policy->cap, 0, most},
        {SELLABLE_SETTING_MINIMUM, "minimum", policy->minimum, 0, most},
        {SELLABLE_SETTING_LOW, "low", policy->low, 0, most},
        {SELLABLE_SETTING_PAUSED, "paused", policy->paused, 0, 1},
        {SELLABLE_SETTING_INTERVAL, "interval", policy->interval, 0, SELLABLE_TIME_MAX},
        {SELLABLE_SETTING_STEP, "step", policy->step, 0, most},
    };
    if (policy->set & ~all) {
        return model_fault(answer, SELLABLE_INVALID, "set", 0);
    }
    if ((policy->unset & ~all) || (policy->unset & policy->set)) {
        return model_fault(answer, SELLABLE_INVALID, "unset", 0);
    }
    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++) {
        bool outside = ranges[i].value < ranges[i].first || ranges[i].value > ranges[i].last;
        if ((policy->set & ranges[i].setting) && outside) {
            return model_fault(answer, SELLABLE_INVALID, ranges[i].name, 0);
        }
    }
    return SELLABLE_OK;
}

/* ---- setting by setting ---------------------------------------------------------------------- */

static void copy_setting(struct settings *to, const struct settings *from, uint32_t setting) {
    switch (setting) {
    case SELLABLE_SETTING_LOCATIONS:
        memcpy(to->locations, from->locations, sizeof to->locations);
        to->location_count = from->location_count;
        break;
    case SELLABLE_SETTING_SOURCING:
        to->sourcing = from->sourcing;
        break;
    case SELLABLE_SETTING_SHARE:
        to->share = from->share;
        break;
    case SELLABLE_SETTING_BUFFER:
        to->buffer = from->buffer;
        break;
    case SELLABLE_SETTING_PRECEDENCE:
        to->precedence = from->precedence;
        break;
    case SELLABLE_SETTING_CLOSED:
        to->closed = from->closed;
        break;
    case SELLABLE_SETTING_BACKORDER:
        to->backorder = from->backorder;
        break;
    case SELLABLE_SETTING_HORIZON:
        to->horizon = from->horizon;
        break;
    case SELLABLE_SETTING_UNIT:
        to->unit = from->unit;
        break;
    case SELLABLE_SETTING_CAP:
        to->cap = from->cap;
        break;
    case SELLABLE_SETTING_MINIMUM:
        to->minimum = from->minimum;
        break;
    case SELLABLE_SETTING_LOW:
        to->low = from->low;
        break;
    case SELLABLE_SETTING_PAUSED:
        to->paused = from->paused;
        break;
    case SELLABLE_SETTING_INTERVAL:
        to->interval = from->interval;
        break;
    case SELLABLE_SETTING_STEP:
        to->step = from->step;
        break;
    }
}

static struct settings read_settings(const struct sellable_policy *policy) {
    struct settings settings = {.set = policy->set,
                                .sourcing = policy->sourcing,
                                .share = policy->share,
                                .buffer = policy->buffer,
                                .precedence = policy->precedence,
                                .closed = policy->closed,
                                .backorder = policy->backorder,
                                .horizon = policy->horizon,
                                .cap = policy->cap,
                                .minimum = policy->minimum,
                                .low = policy->low,
                                .paused = policy->paused,
                                .interval = policy->interval,
                                .step = policy->step,
                                .unit = model_text(policy->unit)};
    if (policy->set & SELLABLE_SETTING_LOCATIONS) {
        settings.location_count = policy->location_count;
        for (uint32_t i = 0; i < policy->location_count; i++) {
            settings.locations[i] = policy->locations[i].id;
        }
    }
    return settings;
}

static void change(struct settings *kept, const struct sellable_policy *policy) {
    struct settings given = read_settings(policy);
    for (uint32_t setting = 1; setting <= SELLABLE_SETTINGS_ALL; setting <<= 1) {
        if (policy->set & setting) {
            copy_setting(kept, &given, setting);
        }
    }
    kept->set = (kept->set | policy->set) & ~policy->unset;
}

/* An item's in the channel, before the item's in all, before the channel's, before the default. */
struct settings settings_of(const struct model *model, uint32_t item, uint32_t channel) {
    struct settings settings = {.share = SELLABLE_SHARE_ALL, .cap = SELLABLE_QUANTITY_MAX,
                                .step = 1};
    const struct settings *levels[] = {&model->overrides[item][channel],
                                       &model->overrides[item][0], &model->overrides[0][channel]};
    for (uint32_t setting = 1; setting <= SELLABLE_SETTINGS_ALL; setting <<= 1) {
        for (int level = item ? 0 : 2; level < 3; level++) {
            if (levels[level]->set & setting) {
                copy_setting(&settings, levels[level], setting);
                settings.set |= setting;
                model_saw(model, MODEL_RULE_OVERRIDE_BOTH, level == 0);
                model_saw(model, MODEL_RULE_OVERRIDE_ITEM, level == 1);
                break;
            }
        }
    }
    return settings;
}

/* settings_of(..).precedence alone: it is asked for most of all. */
int64_t precedence_in(const struct model *model, uint32_t item, uint32_t channel) {
    const struct settings *levels[] = {&model->overrides[item][channel],
                                       &model->overrides[item][0], &model->overrides[0][channel]};
    for (int level = 0; level < 3; level++) {
        if (levels[level]->set & SELLABLE_SETTING_PRECEDENCE) {
            return levels[level]->precedence;
        }
    }
    return 0;
}

/* ---- calls ----------------------------------------------------------------------------------- */

static enum sellable_status put_channel(struct model *model, struct sellable_key key,
                                        const struct sellable_policy *policy,
                                        struct sellable_channel *channel,
                                        struct sellable_answer *answer) {
    model_clear_answer(answer);
    if (channel) {
        channel->id = 0;
    }
    if (!model_is_key(key)) {
        return model_fault(answer, SELLABLE_INVALID, "key", 0);
    }
    struct sellable_policy none = {0};
    policy = policy ? policy : &none;
    enum sellable_status status = judge_values(policy, answer);
    status = status == SELLABLE_OK ? model_enter(model, answer) : status;
    status = status == SELLABLE_OK ? judge_locations(model, policy, answer) : status;
    status = status == SELLABLE_OK ? model_admit(model, answer) : status;
    status = status == SELLABLE_OK ? model_remember(model) : status;
    if (status != SELLABLE_OK) {
        return status;
    }
    uint32_t id = model_find(&model->channel_names, key);
    id = id ? id : model_add(&model->channel_names, key);
    change(&model->overrides[0][id], policy);
    if (channel) {
        channel->id = id;
    }
    return SELLABLE_OK;
}

enum sellable_status model_channel_put(struct model *model, struct sellable_key key,
                                       const struct sellable_policy *policy,
                                       struct sellable_channel *channel,
                                       struct sellable_answer *answer) {
    return model_counted(model, SELLABLE_CHANNEL,
                         put_channel(model, key, policy, channel, answer));
}

/* The numbers of a scope, 0 for what is not given. */
static enum sellable_status resolve_scope(const struct model *model,
                                          const struct sellable_scope *scope, uint32_t *item,
                                          uint32_t *channel) {
    *item = model_resolve(&model->item_names, scope->item.id, scope->item_key);
    *channel = model_resolve(&model->channel_names, scope->channel.id, scope->channel_key);
    if (*item == 0 && model_is_given(scope->item.id, scope->item_key)) {
        return SELLABLE_UNKNOWN_ITEM;
    }
    if (*channel == 0 && model_is_given(scope->channel.id, scope->channel_key)) {
        return SELLABLE_UNKNOWN_CHANNEL;
    }
    return SELLABLE_OK;
}

static enum sellable_status put_policy(struct model *model, const struct sellable_scope *scope,
                                       const struct sellable_policy *policy,
                                       struct sellable_answer *answer) {
    uint32_t item, channel;
    model_clear_answer(answer);
    if (!model_is_given(scope->item.id, scope->item_key) &&
        !model_is_given(scope->channel.id, scope->channel_key)) {
        return model_fault(answer, SELLABLE_INVALID, "item", 0);
    }
    enum sellable_status status = judge_values(policy, answer);
    status = status == SELLABLE_OK ? model_enter(model, answer) : status;
    if (status != SELLABLE_OK) {
        return status;
    }
    status = resolve_scope(model, scope, &item, &channel);
    if (status != SELLABLE_OK) {
        return model_fault(answer, status, status == SELLABLE_UNKNOWN_ITEM ? "item" : "channel",
                           0);
    }
    status = judge_locations(model, policy, answer);
    status = status == SELLABLE_OK ? model_admit(model, answer) : status;
    status = status == SELLABLE_OK ? model_remember(model) : status;
    if (status == SELLABLE_OK) {
        change(&model->overrides[item][channel], policy);
    }
    return status;
}

enum sellable_status model_policy_put(struct model *model, const struct sellable_scope *scope,
                                      const struct sellable_policy *policy,
                                      struct sellable_answer *answer) {
    return model_counted(model, SELLABLE_POLICY, put_policy(model, scope, policy, answer));
}

enum sellable_status model_policy_find(const struct model *model,
                                       const struct sellable_scope *scope,
                                       struct sellable_policy *policy,
                                       struct sellable_location *locations, uint32_t capacity) {
    uint32_t item, channel;
    *policy = (struct sellable_policy){0};
    enum sellable_status status = resolve_scope(model, scope, &item, &channel);
    if (status != SELLABLE_OK) {
        return status;
    }
    if (channel == 0) {
        return SELLABLE_UNKNOWN_CHANNEL;
    }
    struct settings settings = settings_of(model, item, channel);
    *policy = (struct sellable_policy){.set = settings.set,
                                       .locations = locations,
                                       .location_count = settings.location_count,
                                       .sourcing = settings.sourcing,
                                       .buffer = settings.buffer,
                                       .share = (int32_t)settings.share,
                                       .precedence = (int32_t)settings.precedence,
                                       .closed = (uint32_t)settings.closed,
                                       .paused = (uint32_t)settings.paused,
                                       .backorder = settings.backorder,
                                       .horizon = settings.horizon,
                                       .cap = settings.cap,
                                       .minimum = settings.minimum,
                                       .low = settings.low,
                                       .interval = settings.interval,
                                       .step = settings.step};
    /* the name is to outlive this call: it is that of the level which set it */
    const struct settings *levels[] = {&model->overrides[item][channel],
                                       &model->overrides[item][0], &model->overrides[0][channel]};
    for (int level = 2; level >= (item ? 0 : 2); level--) {
        if (levels[level]->set & SELLABLE_SETTING_UNIT) {
            policy->unit = model_key(&levels[level]->unit);
        }
    }
    for (uint32_t i = 0; i < settings.location_count && i < capacity; i++) {
        locations[i].id = settings.locations[i];
    }
    return SELLABLE_OK;
}
