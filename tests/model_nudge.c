/* SPDX-License-Identifier: Apache-2.0
 *
 * The reference model: what would be published if one term were other than it is. See model.h. */
#include "model_figures.h"

/* A setting of the item in the channel, as if it were set there. */
static void nudge_setting(struct settings *settings, const struct settings *in_force,
                          const struct model_nudge *nudge) {
    switch (nudge->binding) {
    case SELLABLE_BINDS_CLOSED:
        settings->set |= SELLABLE_SETTING_CLOSED;
        settings->closed = 0;
        break;
    case SELLABLE_BINDS_CAP:
        settings->set |= SELLABLE_SETTING_CAP;
        settings->cap = in_force->cap + nudge->by;
        break;
    case SELLABLE_BINDS_MINIMUM:
        settings->set |= SELLABLE_SETTING_MINIMUM;
        settings->minimum = in_force->minimum - nudge->by;
        break;
    case SELLABLE_BINDS_BUFFER:
        settings->set |= SELLABLE_SETTING_BUFFER;
        settings->buffer = in_force->buffer - nudge->by;
        break;
    case SELLABLE_BINDS_SHARE:
        settings->set |= SELLABLE_SETTING_SHARE;
        settings->share = in_force->share + nudge->by;
        break;
    default:
        break;
    }
}

/* The most that would be published with so much less in the fence of one other channel. */
static enum sellable_status best_without_fence(struct model *model,
                                               const struct sellable_question *question,
                                               struct cell *cell, uint32_t channel, int64_t by,
                                               struct sellable_availability *best) {
    enum sellable_status status = model_available(model, question, best);
    for (uint32_t other = 1; other <= MODEL_CHANNELS && status == SELLABLE_OK; other++) {
        struct sellable_availability now;
        if (other == channel || cell->fences[other].quantity < by) {
            continue;
        }
        cell->fences[other].quantity -= by;
        status = model_available(model, question, &now);
        cell->fences[other].quantity += by;
        if (status == SELLABLE_OK && now.published > best->published) {
            *best = now;
        }
    }
    return status;
}

int64_t model_would_publish(struct model *model, const struct sellable_question *question,
                            const struct model_nudge *nudge) {
    uint32_t item = model_resolve(&model->item_names, question->item.id, question->item_key);
    uint32_t channel =
        model_resolve(&model->channel_names, question->channel.id, question->channel_key);
    struct settings *settings = &model->overrides[item][channel], set = *settings;
    struct settings in_force = settings_of(model, item, channel);
    struct cell *cell = &model->items[item].cells[nudge->location.id], said = *cell;
    struct sellable_availability availability;
    uint64_t *rules = model->rules;
    model->rules = NULL;
    nudge_setting(settings, &in_force, nudge);
    if (nudge->binding == SELLABLE_BINDS_STOCK) {
        cell->on_hand += nudge->by;
    }
    enum sellable_status status =
        nudge->binding == SELLABLE_BINDS_FENCES
            ? best_without_fence(model, question, cell, channel, nudge->by, &availability)
            : model_available(model, question, &availability);
    *settings = set;
    *cell = said;
    model->rules = rules;
    return status == SELLABLE_OK ? availability.published : -1;
}
