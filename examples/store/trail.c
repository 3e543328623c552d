/* SPDX-License-Identifier: Apache-2.0
 *
 * The journal read back: each change as the event that was said, in the form that replay reads, and
 * with what it did. Of what is no event the types are none of replay's, which answers them with
 * `invalid` and changes nothing; but `advance` is, and carries the time.
 *
 * Of the library: sellable_trail_open, sellable_trail_next, sellable_trail_engine,
 * sellable_trail_close. */
#include "event_text.h"
#include "logs.h"
#include "store.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WRITE_AT = 1 << 16 };

struct printer {
    struct text out;
    struct names names; /* with an engine */
    const struct sellable *engine; /* NULL: the keys of handles are not known */
    uint64_t last;                 /* the position of the last change */
    uint64_t printed, nameless, unreadable, lost;
};

/* ---- what it did ----------------------------------------------------------------------------- */

static const struct figure {
    const char *name;
    size_t offset;
} figures[] = {
#define FIGURE(name) {#name, offsetof(struct sellable_trail_figures, name)}
    FIGURE(on_hand),      FIGURE(held),     FIGURE(allocated),   FIGURE(reserved),
    FIGURE(backordered),  FIGURE(promised), FIGURE(safety_stock), FIGURE(net),
#undef FIGURE
};

static int64_t figure_of(const struct sellable_trail_figures *all, const struct figure *figure)
{
    int64_t value;
    memcpy(&value, (const char *)all + figure->offset, sizeof value);
    return value;
}

/* The figures that changed: before, after. */
static void put_cell(struct printer *printer, const struct sellable_trail_cell *cell)
{
    struct text *out = &printer->out;
    put_open(out, NULL, '{');
    put_key(out, "item", printer->names.item(printer->engine, cell->item));
    put_key(out, "location", printer->names.location(printer->engine, cell->location));
    for (size_t i = 0; i < sizeof figures / sizeof figures[0]; i++) {
        int64_t before = figure_of(&cell->before, &figures[i]);
        int64_t after = figure_of(&cell->after, &figures[i]);
        if (before == after)
            continue;
        put_open(out, figures[i].name, '[');
        put_number(out, NULL, before);
        put_number(out, NULL, after);
        put_close(out, ']');
    }
    put_close(out, '}');
}

static void put_cells(struct printer *printer, const struct sellable_trail_entry *entry)
{
    if (entry->cell_count == 0)
        return;
    put_open(&printer->out, "did", '[');
    for (uint64_t i = 0; i < entry->cell_count; i++)
        put_cell(printer, &entry->cells[i]);
    put_close(&printer->out, ']');
}

/* ---- changes --------------------------------------------------------------------------------- */

/* What no event says. */
static void put_did(struct printer *printer, const struct sellable_trail_entry *entry)
{
    struct text *out = &printer->out;
    switch (entry->did) {
    case SELLABLE_DID_ADVANCE:
        put_string(out, "type", "advance");
        put_number(out, "at", entry->now);
        break;
    case SELLABLE_DID_DUE:
        put_string(out, "type", "due");
        if (entry->order.size > 0)
            put_key(out, "order", entry->order);
        break;
    case SELLABLE_DID_TELL:
        put_string(out, "type", "told");
        put_key(out, "channel", printer->names.channel(printer->engine, entry->channel));
        break;
    case SELLABLE_DID_REFUSE: put_string(out, "type", "refused"); break;
    default: put_string(out, "type", "other");
    }
}

static bool has_zero(struct sellable_key key)
{
    return key.size > 0 && memchr(key.bytes, 0, key.size) != NULL;
}

/* Units and components are names of members, in which readers of JSON do not take U+0000. */
static bool has_zero_in_a_name(const struct printer *printer, const struct sellable_event *event)
{
    const struct sellable_item_settings *settings =
        event->type == SELLABLE_ITEM ? event->item_settings : NULL;
    uint32_t set = settings != NULL ? settings->set : 0;
    bool has = false;
    for (uint32_t i = 0; (set & SELLABLE_ITEM_UNITS) != 0 && i < settings->unit_count; i++)
        has = has || has_zero(settings->units[i].key);
    for (uint32_t i = 0; (set & SELLABLE_ITEM_COMPONENTS) != 0 && i < settings->component_count;
         i++) {
        const struct sellable_component *component = &settings->components[i];
        has = has || has_zero(component->item.id != 0
                                  ? printer->names.item(printer->names.context, component->item)
                                  : component->item_key);
    }
    return has;
}

static void put_entry(struct printer *printer, const struct sellable_trail_entry *entry)
{
    struct text *out = &printer->out;
    put_open(out, NULL, '{');
    if (entry->event == NULL)
        put_did(printer, entry);
    else if (!put_event(out, &printer->names, entry->event, true))
        printer->nameless++;
    printer->unreadable += entry->event != NULL && has_zero_in_a_name(printer, entry->event);
    put_number(out, "position", (int64_t)entry->position);
    put_number(out, "now", entry->now);
    put_cells(printer, entry);
    put_close(out, '}');
    put_bytes(out, "\n", 1);
    printer->printed++;
    if (out->size >= WRITE_AT)
        write_out(out);
}

/* Said at once, so that it stands between what comes before it and behind. */
static void put_lost(struct printer *printer, const struct sellable_trail_entry *entry,
                     uint64_t until)
{
    write_out(&printer->out);
    printer->lost++;
    fprintf(stderr, "%s: changes from %llu ", program_name, (unsigned long long)entry->position);
    if (until != 0)
        fprintf(stderr, "to %llu", (unsigned long long)until);
    else
        fputs("on", stderr);
    fprintf(stderr, " are left out: %s\n", entry->reason);
}

/* ---- all of them ----------------------------------------------------------------------------- */

/* What is read: one trail after the other. Behind damage a trail does not know any more what a
 * change did; one that begins with a checkpoint behind that does. */
struct trails {
    struct sellable_trail *first, *later; /* later: NULL: there is none */
    uint64_t checkpoint;                  /* after which it begins */
    bool salvage;
};

static void next_entry(const struct printer *printer, struct sellable_trail *trail,
                       struct sellable_trail_entry *entry)
{
    enum sellable_status status = sellable_trail_next(trail, entry);
    if (status != SELLABLE_OK)
        fail("after change %llu: %s", (unsigned long long)printer->last,
             sellable_status_text((int)status));
}

/* To the end; or, where changes up to `until` are lost, no further than that; without `salvage` no
 * further than to any loss. Did it end before the end? */
static bool put_trail(struct printer *printer, struct sellable_trail *trail, bool salvage,
                      uint64_t until)
{
    bool has_lost = false; /* of those up to `until` */
    struct sellable_trail_entry entry;
    for (next_entry(printer, trail, &entry); entry.position != 0;
         next_entry(printer, trail, &entry)) {
        if (printer->lost > 0 && !salvage)
            return true;
        if (has_lost && entry.position > until)
            return true;
        if (entry.did != SELLABLE_DID_LOST) {
            printer->last = entry.position;
            if (entry.did != SELLABLE_DID_GROW)
                put_entry(printer, &entry);
            continue;
        }
        bool goes_beyond = entry.lost == 0 || entry.lost > until;
        has_lost = has_lost || entry.position <= until;
        put_lost(printer, &entry, has_lost && goes_beyond && until != UINT64_MAX ? until
                                                                                 : entry.lost);
    }
    return has_lost;
}

static void put_all(struct printer *printer, const struct trails *trails)
{
    uint64_t until = trails->later != NULL ? trails->checkpoint : UINT64_MAX;
    if (put_trail(printer, trails->first, trails->salvage, until) && trails->later != NULL)
        (void)put_trail(printer, trails->later, true, UINT64_MAX);
    write_out(&printer->out);
}

/* Without an engine no handle has a key. */
static struct sellable_key no_item(const void *context, struct sellable_item item)
{
    (void)context, (void)item;
    return (struct sellable_key){NULL, 0};
}
static struct sellable_key no_location(const void *context, struct sellable_location location)
{
    (void)context, (void)location;
    return (struct sellable_key){NULL, 0};
}
static struct sellable_key no_channel(const void *context, struct sellable_channel channel)
{
    (void)context, (void)channel;
    return (struct sellable_key){NULL, 0};
}
static struct sellable_key no_source(const void *context, struct sellable_source source)
{
    (void)context, (void)source;
    return (struct sellable_key){NULL, 0};
}

static enum sellable_status open_trails(struct trails *trails, struct logs *logs,
                                        struct sellable_recovery *recovery)
{
    const struct sellable_log journal = journal_of(logs), later = later_journal_of(logs);
    const struct sellable_log checkpoints = checkpoints_of(logs);
    struct sellable_recovery second = {0};
    enum sellable_status status = /* with a checkpoint it would begin there */
        sellable_trail_open(&journal, logs->has_later ? NULL : &checkpoints, trails->salvage,
                            &trails->first, recovery);
    trails->later = NULL;
    if (status != SELLABLE_OK || !logs->has_later)
        return status;
    status = sellable_trail_open(&later, &checkpoints, trails->salvage, &trails->later, &second);
    trails->checkpoint = second.checkpoint;
    if (status == SELLABLE_OK && second.checkpoint == 0) {
        sellable_trail_close(trails->later);
        trails->later = NULL;
    }
    return status;
}

/* The one that knows the most keys. */
static const struct sellable *engine_of(const struct trails *trails)
{
    const struct sellable *engine =
        trails->later != NULL ? sellable_trail_engine(trails->later) : NULL;
    return engine != NULL ? engine : sellable_trail_engine(trails->first);
}

static void close_trails(struct trails *trails)
{
    sellable_trail_close(trails->first);
    sellable_trail_close(trails->later);
}

static void begin_printing(struct printer *printer, const struct sellable *engine)
{
    *printer = (struct printer){.engine = engine};
    printer->names = engine != NULL
                         ? names_of(engine)
                         : (struct names){NULL, no_item, no_location, no_channel, no_source};
}

static void tell_the_end(const struct printer *printer, bool salvage)
{
    if (printer->nameless > 0)
        fprintf(stderr, "%s: in %llu events a thing has no key: null stands in its place\n",
                program_name, (unsigned long long)printer->nameless);
    if (printer->unreadable > 0)
        fprintf(stderr,
                "%s: in %llu events a unit or component has U+0000 in its name, which replay does "
                "not read\n",
                program_name, (unsigned long long)printer->unreadable);
    if (salvage)
        fprintf(stderr, "%s: %llu changes, up to %llu\n", program_name,
                (unsigned long long)printer->printed, (unsigned long long)printer->last);
}

static int read_trail(struct logs *logs, const char *directory, bool salvage)
{
    struct trails trails = {.salvage = salvage};
    struct sellable_recovery recovery = {0};
    struct printer printer;
    if (are_new(logs) && !logs->damaged)
        return EXIT_WHOLE;
    enum sellable_status status = open_trails(&trails, logs, &recovery);
    if (status != SELLABLE_OK) {
        close_trails(&trails);
        return tell_why_not(directory, status, &recovery);
    }
    begin_printing(&printer, engine_of(&trails));
    put_all(&printer, &trails);
    tell_the_end(&printer, salvage);
    free(printer.out.bytes);
    close_trails(&trails);
    return printer.lost > 0 || logs->damaged ? EXIT_DAMAGED : EXIT_WHOLE;
}

int print_trail(const char *directory)
{
    struct sellable_recovery recovery;
    struct logs logs;
    enum sellable_status status = open_logs(&logs, directory, &recovery);
    int code = status == SELLABLE_OK ? read_trail(&logs, directory, false)
                                     : tell_why_not(directory, status, &recovery);
    close_logs(&logs);
    return code;
}

int salvage_store(const char *directory)
{
    struct logs logs;
    salvage_logs(&logs, directory);
    int code = read_trail(&logs, directory, true);
    close_logs(&logs);
    return code;
}
