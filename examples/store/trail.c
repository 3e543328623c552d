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
    uint64_t printed, nameless, lost;
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

static void put_entry(struct printer *printer, const struct sellable_trail_entry *entry)
{
    struct text *out = &printer->out;
    put_open(out, NULL, '{');
    if (entry->event == NULL)
        put_did(printer, entry);
    else if (!put_event(out, &printer->names, entry->event, true))
        printer->nameless++;
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
static void put_lost(struct printer *printer, const struct sellable_trail_entry *entry)
{
    write_out(&printer->out);
    printer->lost++;
    fprintf(stderr, "%s: changes from %llu ", program_name, (unsigned long long)entry->position);
    if (entry->lost != 0)
        fprintf(stderr, "to %llu", (unsigned long long)entry->lost);
    else
        fputs("on", stderr);
    fprintf(stderr, " are left out: %s\n", entry->reason);
}

/* ---- all of them ----------------------------------------------------------------------------- */

/* To the end; without `salvage` no further than to the first damage. */
static void put_all(struct printer *printer, struct sellable_trail *trail, bool salvage)
{
    for (;;) {
        struct sellable_trail_entry entry;
        enum sellable_status status = sellable_trail_next(trail, &entry);
        if (status != SELLABLE_OK) {
            write_out(&printer->out);
            fail("after change %llu: %s", (unsigned long long)printer->last,
                 sellable_status_text((int)status));
        }
        if (entry.position == 0 || (printer->lost > 0 && !salvage))
            return;
        printer->last = entry.position;
        if (entry.did == SELLABLE_DID_LOST)
            put_lost(printer, &entry);
        else if (entry.did != SELLABLE_DID_GROW)
            put_entry(printer, &entry);
    }
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

static int read_trail(const char *directory, bool salvage)
{
    struct printer printer = {.printed = 0};
    struct sellable_recovery recovery = {0};
    struct sellable_trail *trail;
    struct logs logs;
    open_logs(&logs, directory, salvage);
    enum sellable_status status =
        sellable_trail_open(&logs.journal, &logs.checkpoints, salvage, &trail, &recovery);
    if (status != SELLABLE_OK) {
        close_logs(&logs);
        return tell_why_not(directory, status, &recovery);
    }
    printer.engine = sellable_trail_engine(trail);
    printer.names = printer.engine != NULL
                        ? names_of(printer.engine)
                        : (struct names){NULL, no_item, no_location, no_channel, no_source};
    put_all(&printer, trail, salvage);
    write_out(&printer.out);
    free(printer.out.bytes);
    if (printer.nameless > 0)
        fprintf(stderr, "%s: in %llu events a thing has no key: null stands in its place\n",
                program_name, (unsigned long long)printer.nameless);
    if (salvage)
        fprintf(stderr, "%s: %llu changes, up to %llu\n", program_name,
                (unsigned long long)printer.printed, (unsigned long long)printer.last);
    sellable_trail_close(trail);
    close_logs(&logs);
    return printer.lost > 0 || logs.damaged ? EXIT_DAMAGED : EXIT_WHOLE;
}

int print_trail(const char *directory)
{
    return read_trail(directory, false);
}

int salvage_store(const char *directory)
{
    return read_trail(directory, true);
}
