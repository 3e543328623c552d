/* SPDX-License-Identifier: Apache-2.0
 *
 * feed: years of a firm's events, as they should come and as they do come. Begin to read here, at
 * main() below.
 *
 *    history.c, load_*.c  the folder's files in memory
 *    rules.c              who may say what, and how the channels sell
 *    stream.c             what three sources say, in time order
 *    disorder.c           ... and as real feeds have it: twice, late, overtaken, after an outage
 *    record.c             each message as a canonical event of the library
 *    send.c               sending them, from one thread or several
 *    operator.c           what was refused, replayed or discarded
 *    listen.c             what each channel is told, and whether it adds up
 *    play.c               shift by shift, day by day
 *    run.c                what could be sold; how it ends
 *    report_*.c           tables and JSON
 *    ../common/           what this example shares with others */
#include "report.h"

#include "dates.h"
#include "support.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

const char program_name[] = "feed";

static FILE *open_json(const char *path)
{
    FILE *out = path != NULL ? fopen(path, "w") : NULL;
    if (path != NULL && out == NULL)
        fail("--json: %s: %s", path, strerror(errno));
    return out;
}

static void close_json(FILE *out, const char *path)
{
    bool written = fflush(out) == 0 && ferror(out) == 0;
    if (fclose(out) != 0 || !written)
        fail("--json: %s cannot be written", path);
}

int main(int count, char **arguments)
{
    const struct options options = read_options(count, arguments);
    FILE *json = open_json(options.json);

    /* 1. What happened. */
    struct history history;
    history_read(&history, options.folder);
    if (options.until != NEVER && options.until < history.opens)
        fail("--until: %s begins on %s", options.folder, DATE(history.opens));

    /* 2. The same events twice: in order, then shuffled. */
    struct result results[RUNS_MAX] = {0};
    struct stream stream;
    size_t runs = options.clean_only ? 1 : RUNS_MAX;
    size_t shown = options.all || json != NULL ? 0 : ROWS_SHOWN;
    for (size_t i = 0; i < runs; i++) {
        results[i].in_order = i == 0;
        stream_make(&stream, &history, options.until, &options.disorder, i == 0);
        run(&history, &stream, &options, shown, &results[i]);
        stream_free(&stream);
    }

    /* 3. Do both end alike? */
    const struct report report = {.history = &history,
                                  .options = &options,
                                  .stream = &stream,
                                  .results = results,
                                  .run_count = runs};
    report_print(&report);
    if (fflush(stdout) != 0 || ferror(stdout))
        fail("the report cannot be written");
    if (json != NULL) {
        report_json(&report, json);
        close_json(json, options.json);
    }
    bool agrees = report_agrees(&report);
    for (size_t i = 0; i < runs; i++)
        result_free(&results[i]);
    history_free(&history);
    return agrees ? EXIT_ALL_WELL : EXIT_AUDIT_FAILED;
}
