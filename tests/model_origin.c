/* SPDX-License-Identifier: Apache-2.0
 *
 * The reference model: who sends an event, what was sent before, and who may. See model.h. */
#include "model_kept.h"

#include <stdlib.h>
#include <string.h>

/* ---- sources --------------------------------------------------------------------------------- */

static enum sellable_status put_source(struct model *model, struct sellable_key key,
                                       const int64_t *max_lag, struct sellable_source *source,
                                       struct sellable_answer *answer) {
    model_clear_answer(answer);
    if (source) {
        source->id = 0;
    }
    if (!model_is_key(key)) {
        return model_fault(answer, SELLABLE_INVALID, "key", 0);
    }
    if (max_lag && (*max_lag < -1 || *max_lag > SELLABLE_TIME_MAX)) {
        return model_fault(answer, SELLABLE_INVALID, "max_lag", 0);
    }
    enum sellable_status status = model_pass(model, answer);
    if (status != SELLABLE_OK) {
        return status;
    }
    uint32_t id = model_find(&model->source_names, key);
    if (id == 0) {
        id = model_add(&model->source_names, key);
        model->sources[id] = (struct source){.max_lag = -1};
    }
    model->sources[id].max_lag = max_lag ? *max_lag : model->sources[id].max_lag;
    if (source) {
        source->id = id;
    }
    return SELLABLE_OK;
}

enum sellable_status model_source_put(struct model *model, struct sellable_key key,
                                      const int64_t *max_lag, struct sellable_source *source,
                                      struct sellable_answer *answer) {
    return model_counted(model, SELLABLE_SOURCE, put_source(model, key, max_lag, source, answer));
}

enum sellable_status model_source_look(const struct model *model, struct sellable_source source,
                                       struct sellable_source_view *view) {
    *view = (struct sellable_source_view){.max_lag = 0};
    if (source.id == 0 || source.id > model->source_names.count) {
        return SELLABLE_UNKNOWN_SOURCE;
    }
    const struct source *kept = &model->sources[source.id];
    *view = (struct sellable_source_view){.max_lag = kept->max_lag,
                                          .seq = kept->seq,
                                          .gaps = kept->gaps,
                                          .has_seq = kept->has_seq};
    return SELLABLE_OK;
}

enum sellable_status model_source_find(const struct model *model, struct sellable_key key,
                                       struct sellable_source *source) {
    source->id = model_find(&model->source_names, key);
    return source->id ? SELLABLE_OK : SELLABLE_UNKNOWN_SOURCE;
}

struct sellable_key model_source_key(const struct model *model, struct sellable_source source) {
    return model_key_of(&model->source_names, source.id);
}

struct sellable_source model_source_next(const struct model *model, struct sellable_source after) {
    return (struct sellable_source){after.id < model->source_names.count ? after.id + 1 : 0};
}

/* ---- owners ---------------------------------------------------------------------------------- */

static enum sellable_status judge_ownership(const struct sellable_ownership *ownership,
                                            struct sellable_answer *answer) {
    bool quantity = ownership->owned != 0, type = ownership->type != 0;
    bool located = model_is_given(ownership->location.id, ownership->location_key);
    const char *fault = NULL;
    if ((quantity && type) || ownership->owned >= SELLABLE_OWNED_END) {
        fault = "owned";
    } else if ((!quantity && !type) || ownership->type >= SELLABLE_EVENT_TYPES_END) {
        fault = "type";
    } else if (located && ownership->type > SELLABLE_RETURN_DISPOSITION) {
        fault = "location";
    } else if (ownership->unset > 1) {
        fault = "unset";
    } else if (!ownership->unset && (ownership->owner_count > SELLABLE_LOCATIONS_MAX ||
                                     (ownership->owner_count > 0 && !ownership->owners))) {
        fault = "owners";
    }
    return fault ? model_fault(answer, SELLABLE_INVALID, fault, 0) : SELLABLE_OK;
}

/* The rule by its names; NULL: there is none. */
static struct ownership *find_rule(const struct model *model, uint32_t owned, uint32_t type,
                                   uint32_t location) {
    for (uint32_t i = 0; i < model->ownership_count; i++) {
        struct ownership *rule = &model->ownerships[i];
        if (rule->owned == owned && rule->type == type && rule->location == location) {
            return rule;
        }
    }
    return NULL;
}

static enum sellable_status read_owners(const struct model *model,
                                        const struct sellable_ownership *ownership,
                                        struct ownership *rule, struct sellable_answer *answer) {
    for (uint32_t i = 0; !ownership->unset && i < ownership->owner_count; i++) {
        const struct sellable_owner *owner = &ownership->owners[i];
        uint32_t source =
            model_resolve(&model->source_names, owner->source.id, owner->source_key);
        if (source == 0) {
            return model_fault(answer, SELLABLE_UNKNOWN_SOURCE, "owners", i);
        }
        rule->may[source] = true;
    }
    return SELLABLE_OK;
}

static enum sellable_status put_owner(struct model *model,
                                      const struct sellable_ownership *ownership,
                                      struct sellable_answer *answer) {
    struct ownership rule = {.owned = ownership->owned, .type = ownership->type};
    model_clear_answer(answer);
    enum sellable_status status = judge_ownership(ownership, answer);
    status = status == SELLABLE_OK ? model_enter(model, answer) : status;
    status = status == SELLABLE_OK ? read_owners(model, ownership, &rule, answer) : status;
    if (status != SELLABLE_OK) {
        return status;
    }
    rule.location =
        model_resolve(&model->location_names, ownership->location.id, ownership->location_key);
    if (rule.location == 0 && model_is_given(ownership->location.id, ownership->location_key)) {
        return model_fault(answer, SELLABLE_UNKNOWN_LOCATION, "location", 0);
    }
    status = model_admit(model, answer);
    status = status == SELLABLE_OK ? model_remember(model) : status;
    if (status != SELLABLE_OK) {
        return status;
    }
    struct ownership *kept = find_rule(model, rule.owned, rule.type, rule.location);
    model_saw(model, MODEL_RULE_OWNER_UNSET, kept && ownership->unset);
    if (kept) {
        *kept = model->ownerships[--model->ownership_count];
    }
    if (!ownership->unset) {
        model->ownerships =
            model_room(model->ownerships, model->ownership_count + 1, sizeof rule);
        model->ownerships[model->ownership_count++] = rule;
    }
    return SELLABLE_OK;
}

enum sellable_status model_owner_put(struct model *model,
                                     const struct sellable_ownership *ownership,
                                     struct sellable_answer *answer) {
    return model_counted(model, SELLABLE_OWNER, put_owner(model, ownership, answer));
}

bool model_comes_from_nobody(uint32_t type) {
    return type == SELLABLE_SOURCE || type == SELLABLE_OWNER;
}

static uint32_t sender_of(const struct model *model) {
    const struct sellable_event *event = model->event;
    bool nobody = model_comes_from_nobody(event->type);
    return nobody ? 0
                  : model_resolve(&model->source_names, event->source.id, event->source_key);
}

static bool names_nobody(const struct ownership *rule) {
    bool nobody = true;
    for (uint32_t source = 1; source <= MODEL_SOURCES; source++) {
        nobody = nobody && !rule->may[source];
    }
    return nobody;
}

bool model_is_owner(const struct model *model, uint32_t type, uint32_t owned, uint32_t location) {
    uint32_t sender = sender_of(model);
    const struct ownership *rules[] = {location ? find_rule(model, 0, type, location) : NULL,
                                       find_rule(model, 0, type, 0),
                                       location ? find_rule(model, owned, 0, location) : NULL,
                                       find_rule(model, owned, 0, 0)};
    const enum model_rule texts[] = {MODEL_RULE_OWNER_TYPE_THERE, MODEL_RULE_OWNER_TYPE,
                                     MODEL_RULE_OWNER_QUANTITY_THERE, MODEL_RULE_OWNER_QUANTITY};
    const struct ownership *counts = NULL;
    for (int i = 0; i < 4; i++) {
        if (rules[i] && counts) {
            model_saw(model, MODEL_RULE_OWNER_GOES_BEFORE,
                      rules[i]->may[sender] != counts->may[sender]);
        } else if (rules[i]) {
            counts = rules[i];
            model_saw(model, texts[i], !counts->may[sender]);
        }
    }
    bool may = !counts || counts->may[sender];
    model_saw(model, MODEL_RULE_OWNER_NOBODY, !may && names_nobody(counts));
    model_saw(model, MODEL_RULE_OWNER_NO_SOURCE, !may && !names_nobody(counts) && sender == 0);
    return may;
}

/* ---- when, and what was sent before ---------------------------------------------------------- */

bool model_is_ahead(const struct model *model, int64_t time) {
    bool ahead = time > model->now + model->ahead;
    model_saw(model, MODEL_RULE_NO_TIME_YET, ahead && model->now == 0);
    return ahead && model->now != 0;
}

/* The kinds of its fields. */
static enum sellable_status judge_origin(const struct sellable_event *event,
                                         struct sellable_answer *answer) {
    const char *fault = NULL;
    if (event->has_seq > 1) {
        fault = "has_seq";
    } else if (event->has_at > 1) {
        fault = "has_at";
    } else if (event->has_at && model_beyond_time(event->at)) {
        fault = "at";
    } else if (model_is_given(0, event->id) && !model_is_key(event->id)) {
        fault = "id";
    } else if (model_is_given(0, event->correlation) && !model_is_key(event->correlation)) {
        fault = "correlation";
    }
    return fault ? model_fault(answer, SELLABLE_INVALID, fault, 0) : SELLABLE_OK;
}

static const struct event_id *find_id(const struct model *model, uint32_t source,
                                      const struct text *id) {
    for (uint64_t i = 0; i < model->id_count; i++) {
        if (model->ids[i].source == source && model_is_same(&model->ids[i].id, id)) {
            return &model->ids[i];
        }
    }
    return NULL;
}

/* The same id, but another source's: that is another event. */
static void saw_others(const struct model *model, uint32_t source, const struct text *id) {
    for (uint32_t other = 0; other <= model->source_names.count; other++) {
        model_saw(model, MODEL_RULE_ID_ANOTHER_SOURCE,
                  other != source && find_id(model, other, id));
    }
}

static enum sellable_status judge_id(const struct model *model, uint32_t sender) {
    struct text id = model_text(model->event->id);
    const struct event_id *known = id.size ? find_id(model, sender, &id) : NULL;
    if (!known && id.size) {
        saw_others(model, sender, &id);
    }
    if (!known) {
        return SELLABLE_OK;
    }
    struct bytes content = content_of(model, model->event);
    bool same = content_is_same(&known->content, &content);
    free(content.at);
    model_saw(model, same ? MODEL_RULE_ID_DUPLICATE : MODEL_RULE_ID_CONFLICT, true);
    return same ? SELLABLE_DUPLICATE : SELLABLE_CONFLICT;
}

enum sellable_status model_enter(const struct model *model, struct sellable_answer *answer) {
    const struct sellable_event *event = model->event;
    if (!event) {
        return SELLABLE_OK;
    }
    enum sellable_status status = judge_origin(event, answer);
    if (status != SELLABLE_OK) {
        return status;
    }
    uint32_t sender = sender_of(model);
    if (sender == 0 && !model_comes_from_nobody(event->type) &&
        model_is_given(event->source.id, event->source_key)) {
        return model_fault(answer, SELLABLE_UNKNOWN_SOURCE, "source", 0);
    }
    status = judge_id(model, sender);
    if (status != SELLABLE_OK) {
        return status;
    }
    const struct source *source = &model->sources[sender];
    bool old = sender && event->has_seq && source->has_seq && event->seq <= source->seq;
    model_saw(model, MODEL_RULE_SEQ_NO_SOURCE, event->has_seq && sender == 0);
    model_saw(model, MODEL_RULE_REPLAY_OLD_SEQ, old && model->replays);
    if (old && !model->replays) {
        model_saw(model, MODEL_RULE_SEQ_STALE, true);
        return model_fault(answer, SELLABLE_STALE, "seq", 0);
    }
    return SELLABLE_OK;
}

enum sellable_status model_admit(const struct model *model, struct sellable_answer *answer) {
    const struct sellable_event *event = model->event;
    if (!event) {
        return SELLABLE_OK;
    }
    if (!model_is_owner(model, event->type, 0, 0)) {
        return SELLABLE_NOT_OWNER;
    }
    if (event->has_at && model_is_ahead(model, event->at)) {
        model_saw(model, MODEL_RULE_AT_AHEAD, true);
        return model_fault(answer, SELLABLE_INVALID, "at", 0);
    }
    return SELLABLE_OK;
}

/* ---- what is remembered ---------------------------------------------------------------------- */

enum sellable_status model_remember(struct model *model) {
    const struct sellable_event *event = model->event;
    if (!event) {
        return SELLABLE_OK;
    }
    uint32_t sender = sender_of(model);
    struct text id = model_text(event->id);
    if (id.size && model->id_limit && model->id_count >= model->id_limit) {
        model_saw(model, MODEL_RULE_IDS_FULL, true);
        return SELLABLE_NO_MEMORY;
    }
    if (id.size) {
        model->ids = model_room(model->ids, model->id_count + 1, sizeof *model->ids);
        model->ids[model->id_count++] =
            (struct event_id){sender, id, content_of(model, event), model->now};
    }
    struct source *source = &model->sources[sender];
    if (sender && event->has_seq && !model->replays) {
        bool gap = source->has_seq && event->seq - 1 > source->seq;
        source->gaps += gap;
        source->has_seq = true;
        source->seq = event->seq;
        model_saw(model, MODEL_RULE_SEQ_GAP, gap);
    }
    return SELLABLE_OK;
}

enum sellable_status model_pass(struct model *model, struct sellable_answer *answer) {
    enum sellable_status status = model_enter(model, answer);
    status = status == SELLABLE_OK ? model_admit(model, answer) : status;
    return status == SELLABLE_OK ? model_remember(model) : status;
}

void model_forget_ids(struct model *model) {
    uint64_t left = 0;
    for (uint64_t i = 0; i < model->id_count; i++) {
        bool over = model->ids[i].applied_at + model->retention <= model->now;
        model_saw(model, MODEL_RULE_ID_FORGOTTEN, over);
        if (over) {
            free(model->ids[i].content.at);
        } else {
            model->ids[left++] = model->ids[i];
        }
    }
    model->id_count = left;
}
