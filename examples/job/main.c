/* SPDX-License-Identifier: Apache-2.0
 *
 * run: real orders against real stock. Begin to read here, at main() below: the job in nine steps.
 *
 *    main.c          the order of things;  options.c  what can be changed about it
 *    store.c         the engine in memory, or on a directory that outlives the run
 *    load_stock.c    masters, balances and safety stock into the engine
 *    load_inbound.c  purchase orders into the engine, as dated supply
 *    load_orders.c   orders in the form in which the engine takes them
 *    ask.c           what may be promised, for when, and why not more
 *    take.c          promise the orders, from several threads;  tally.c  what came of them
 *    audit.c         were all promises kept count of, cell by cell?
 *    report_*.c      tables and JSON
 *    ../common/      what this example shares with others: CSV files, dates, JSON, progress */
#include "dates.h"
#include "report.h"
#include "support.h"

#include <stdlib.h>
#include <string.h>

const char program_name[] = "run";

/* ---- steps that take a few lines ------------------------------------------------------------- */

/* Two channels draw on the same stock, each by its own settings. */
static void put_channels(struct sellable *engine, struct folder *folder,
                         const struct options *options)
{
    for (size_t c = 0; c < CHANNEL_COUNT; c++)
        must(sellable_channel_put(
                 engine, NULL, (struct sellable_key){channel_names[c], strlen(channel_names[c])},
                 &options->policies[c], &folder->channels[c], NULL),
             "sellable_channel_put");
}

/* "KEY,KEY": where a channel ships from. A setting can follow at any time: others stay. */
static void put_locations(struct sellable *engine, const struct folder *folder, size_t channel,
                          const char *keys)
{
    struct sellable_policy policy = {.set = SELLABLE_SETTING_LOCATIONS};
    struct sellable_location *locations = allocate(strlen(keys) + 1, sizeof *locations);
    for (const char *key = keys, *end; *key != '\0'; key = *end == ',' ? end + 1 : end) {
        end = key + strcspn(key, ",");
        if (sellable_location_find(engine,
                                   (struct sellable_key){key, (uint64_t)(end - key)},
                                   &locations[policy.location_count++]) == SELLABLE_OK)
            continue;
        free(locations);
        fail("--locations: no location \"%.*s\" in %s", (int)(end - key), key,
             folder->files[FILE_LOCATIONS].path);
    }
    policy.locations = locations;
    const struct sellable_scope scope = {.channel = folder->channels[channel]};
    struct sellable_answer answer = {0};
    enum sellable_status status = sellable_policy_put(engine, NULL, &scope, &policy, &answer);
    free(locations);
    if (status == SELLABLE_INVALID)
        fail("--locations: \"%s\": %s", keys, answer.reason);
    must(status, "sellable_policy_put");
}

/* The period; NULL: all. */
static const char *choose_period(const struct options *options, struct folder *folder)
{
    const char *orders = folder->files[FILE_ORDERS].path;
    if (!folder->has_dates && options->month_given)
        fail("%s:1: column order_date: not in the header, so --month cannot be used", orders);
    const char *period = folder->has_dates ? options->month : NULL;
    choose_promises(folder,
                    period != NULL ? month_of_month((struct sellable_key){period, 7})
                                   : MONTH_UNKNOWN,
                    options);
    if (folder->promise_count == 0 && period != NULL)
        fail("%s: no order in %s; choose another month with --month", orders, period);
    if (folder->promise_count == 0)
        fail("%s: no order", orders);
    return period;
}

int main(int count, char **arguments)
{
    const struct options options = read_options(count, arguments);
    struct folder folder = {.path = options.folder};

    /* 1. An engine: everything there is, in one object; in memory, or what a store kept. */
    struct store store;
    struct sellable *engine = open_engine(&options, &store);

    /* 2. The engine reads no clock: it is told the time. */
    must(sellable_advance(engine, NULL, options.now, NULL), "sellable_advance");

    /* 3. Who sells, and by which settings. */
    put_channels(engine, &folder, &options);

    /* 4. What there is to sell, and what is to come. */
    load_stock(engine, &folder, options.safety);
    if (options.purchase_orders)
        load_inbound(engine, &folder);
    for (size_t channel = 0; channel < CHANNEL_COUNT; channel++)
        if (options.locations[channel] != NULL)
            put_locations(engine, &folder, channel, options.locations[channel]);

    /* 5. What is to be sold. */
    load_orders(engine, &folder);
    struct report report = {
        .engine = engine, .folder = &folder, .options = &options, .store = &store};
    report.period = choose_period(&options, &folder);
    check_orders(engine, &folder, &store);
    wait_for_all(engine);

    /* 6. Questions: they change nothing, and never wait. */
    struct forecast forecast;
    struct explained explained;
    ask_all(engine, &folder, options.ahead, &forecast);
    ask_why(engine, &folder, &forecast, &explained);
    report.forecast = &forecast;
    report.explained = &explained;

    /* 7. Orders, from many threads at once. */
    struct taken taken;
    sellable_memory(engine, &report.before);
    take_orders(engine, &folder, options.threads, &taken);
    sellable_memory(engine, &report.after);
    report.taken = &taken;

    /* 8. Does it all add up? */
    for (size_t channel = 0; channel <= CHANNEL_COUNT; channel++)
        tally_orders(&folder, &taken, sellable_now(engine), channel,
                     &report.tallies[channel]);
    audit_promises(engine, &folder, &taken, &options, &report.audit);
    if (options.json)
        report_json(&report);
    else
        report_print(&report);
    if (fflush(stdout) != 0 || ferror(stdout))
        fail("the report cannot be written");

    /* 9. Keys that the engine gave are gone with it, and so is all of its memory. */
    sellable_close(engine);
    taken_free(&taken);
    forecast_free(&forecast);
    free(explained.explanation.terms);
    folder_free(&folder);
    return report.audit.passed ? EXIT_ALL_WELL : EXIT_AUDIT_FAILED;
}
