/* SPDX-License-Identifier: Apache-2.0
 *
 * An engine with a log: what it has answered for is there again when the log is opened anew; what
 * the log cannot take is not promised. The log is one in memory, that goes on when an engine closes
 * it, as a disk does. */
#include "motley.h"
#include "twins.h"

#include <pthread.h>
#include <stdbool.h>
#include <sys/wait.h>
#include <unistd.h>

#include "memory_disk.h"

/* ---- an engine on a disk --------------------------------------------------------------------- */

static struct sellable *opened_with(struct disk *disk, const struct sellable_durability *options,
                                    struct sellable_recovery *recovery) {
    struct sellable_durability durability = on(disk);
    struct sellable_recovery own;
    struct sellable *engine = NULL;
    durability.answering = options->answering;
    durability.linger = options->linger;
    durability.queue = options->queue;
    recovery = recovery == NULL ? &own : recovery;
    enum sellable_status status = sellable_recover(NULL, &durability, &engine, recovery);
    if (status != SELLABLE_OK)
        print_error("%s: %s\n", recovery->field, recovery->reason);
    expect(status, OK);
    return engine;
}

static struct sellable *opened(struct disk *disk) {
    static const struct sellable_durability defaults;
    return opened_with(disk, &defaults, NULL);
}

static void is_as_it_was(struct sellable *engine, const struct sellable_audit *before) {
    struct sellable_audit now = audited(engine);
    assert_true(now.consistent);
    assert_true(equal_hash(now.hash, before->hash));
    assert_true(equal_hash(now.full, before->full));
}

/* Two items, 100 of each in one place, and a channel. */
static void put_items(struct sellable *engine) {
    now_is(engine, MOTLEY_NOW);
    item_of(engine, "A");
    item_of(engine, "B");
    location_of(engine, "east");
    stock(engine, "A", "east", 100);
    stock(engine, "B", "east", 1000);
    channel_of(engine, "web");
}

static enum sellable_status order(struct sellable *engine, const char *key, const char *item,
                                  int64_t quantity, struct sellable_answer *answer) {
    const struct sellable_line line = line_of(item, quantity);
    const struct sellable_order said = {
        .key = key_of(key), .channel_key = key_of("web"), .lines = &line, .line_count = 1};
    *answer = (struct sellable_answer){0};
    return sellable_reserve(engine, NULL, &said, answer);
}

static enum sellable_status ask(const struct sellable *engine, const char *item,
                                struct sellable_availability *availability) {
    const struct sellable_question question = {.item_key = key_of(item),
                                               .channel_key = key_of("web")};
    return sellable_available(engine, &question, availability);
}

/* ---- what is there again --------------------------------------------------------------------- */

/* Every channel asks what is new. */
static void tell_all(struct sellable *engine) {
    struct sellable_change told[256];
    struct sellable_channel channel = {0};
    while ((channel = sellable_channel_next(engine, channel)).id != 0) {
        struct sellable_changes changes = {
            .channel = channel, .changes = told, .capacity = COUNT_OF(told)};
        expect(sellable_changes(engine, NULL, &changes), OK);
    }
}

static void fill(struct sellable *engine) {
    motley_in(engine);
    change_all(engine, 1);
    tell_all(engine);
    change_orders(engine);
    change_all(engine, 2);
}

static void what_was_answered_is_there_when_it_is_opened_again(void **state) {
    (void)state;
    struct disk *disk = disk_new();
    struct sellable *engine = opened(disk);
    fill(engine);
    struct sellable_audit before = audited(engine);
    equal(sellable_durable(engine), sellable_position(engine));
    crash(disk); /* nothing is left over */
    struct sellable *again = opened(disk);
    is_as_it_was(again, &before);
    are_twins(engine, again, "opened again");
    change_all(again, 3);
    sellable_close(again);
    sellable_close(engine);
    disk_free(disk);
}

static void a_checkpoint_and_what_follows_are_there(void **state) {
    (void)state;
    for (uint32_t keep = 0; keep <= 1; keep++) {
        struct disk *disk = disk_new();
        struct sellable *engine = opened(disk);
        struct sellable_recovery recovery;
        static const struct sellable_durability defaults;
        motley_in(engine);
        change_all(engine, 1);
        uint32_t batches = disk->journal.count;
        expect(sellable_checkpoint(engine, NULL, keep), OK);
        assert_true(keep != 0 ? disk->journal.count == batches : disk->journal.count < batches);
        uint64_t position = sellable_position(engine);
        change_orders(engine);
        change_all(engine, 2);
        struct sellable_audit before = audited(engine);
        sellable_close(engine);
        engine = opened_with(disk, &defaults, &recovery);
        equal(recovery.checkpoint, position);
        is_as_it_was(engine, &before);
        sellable_close(engine);
        disk_free(disk);
    }
}

static void a_retry_after_the_crash_gets_the_first_answer(void **state) {
    (void)state;
    struct disk *disk = disk_new();
    struct sellable *engine = opened(disk);
    struct sellable_answer answer;
    put_items(engine);
    expect(order(engine, "O-1", "A", 3, &answer), OK);
    assert_true(answer.position != 0 && answer.position <= sellable_durable(engine));
    crash(disk);
    sellable_close(engine);
    engine = opened(disk);
    expect(order(engine, "O-1", "A", 3, &answer), DUPLICATE);
    expect(order(engine, "O-1", "A", 4, &answer), CONFLICT);
    sellable_close(engine);
    disk_free(disk);
}

/* Orders that hint at when they are due, so many from a number on. */
static void timed_orders(struct sellable *engine, uint32_t first, uint32_t count) {
    for (uint32_t i = first; i < first + count; i++) {
        const struct sellable_line line = line_of("B", 1);
        char name[16];
        (void)snprintf(name, sizeof name, "O-%u", (unsigned)i);
        const struct sellable_order timed = {.key = key_of(name),
                                             .channel_key = key_of("web"),
                                             .lines = &line,
                                             .line_count = 1,
                                             .expires_at = MOTLEY_NOW + 1 + i * 1000};
        expect(sellable_reserve(engine, NULL, &timed, NULL), OK);
    }
}

/* Snapshots make the world newer, and are in no record; a change of the world alone between them
 * leaves nothing newer than its own block, whose place must not be given to what comes later. */
static void what_is_made_amid_snapshots_is_there_again(void **state) {
    (void)state;
    enum { SOURCES = 3, ORDERS = 300 };
    struct disk *disk = disk_new();
    struct sellable *engine = opened(disk);
    struct sellable_owner owners[SOURCES] = {{.reserved = 0}};
    struct sellable_view views[2];
    put_items(engine);
    timed_orders(engine, 0, ORDERS);
    for (uint32_t i = 0; i < SOURCES; i++) {
        char name[16];
        (void)snprintf(name, sizeof name, "s-%u", (unsigned)i);
        expect(sellable_source_put(engine, NULL, key_of(name), NULL, &owners[i].source, NULL), OK);
    }
    for (int i = 0; i < 2; i++)
        expect(sellable_view_open(engine, NULL, &views[i]), OK);
    expect(sellable_view_close(NULL, &views[0]), OK);
    const struct sellable_ownership rule = {
        .owned = SELLABLE_OWNED_ON_HAND, .owners = owners, .owner_count = SOURCES};
    expect(sellable_owner_put(engine, NULL, &rule, NULL), OK);
    expect(sellable_view_close(NULL, &views[1]), OK);
    struct sellable_audit before = audited(engine);
    crash(disk);
    sellable_close(engine);
    engine = opened(disk);
    is_as_it_was(engine, &before);
    timed_orders(engine, ORDERS, ORDERS);
    for (uint32_t i = 0; i < SOURCES; i++) {
        const struct sellable_event adjust = {.type = SELLABLE_ON_HAND_ADJUST,
                                              .item_key = key_of("A"),
                                              .location_key = key_of("east"),
                                              .source = owners[i].source,
                                              .quantity = 1};
        expect(sellable_apply(engine, NULL, &adjust, NULL), OK);
    }
    sellable_close(engine);
    disk_free(disk);
}

/* ---- what the log does not take ---------------------------------------------------------------- */

static void the_first_failure_ends_it_and_questions_go_on(void **state) {
    (void)state;
    for (uint64_t at = 1; at <= 8; at++) {
        struct disk *disk = disk_new();
        struct sellable *engine = opened(disk);
        struct sellable_availability availability;
        struct sellable_answer answer;
        put_items(engine);
        struct sellable_audit before = audited(engine);
        disk->journal.fail_at = disk->journal.calls + at;
        int failed = 0;
        for (int i = 0; i < 12; i++) {
            char key[16];
            (void)snprintf(key, sizeof key, "O-%d", i);
            enum sellable_status got = order(engine, key, "A", 1, &answer);
            failed += got == SELLABLE_NOT_DURABLE;
            equal(got, failed == 0 ? SELLABLE_OK : SELLABLE_NOT_DURABLE);
            if (failed == 0)
                before = audited(engine);
        }
        assert_true(failed >= 12 - (int)at);
        expect(ask(engine, "A", &availability), OK);
        equal(sellable_durable_wait(engine, 0), SELLABLE_NOT_DURABLE);
        equal(sellable_checkpoint(engine, NULL, 0), SELLABLE_NOT_DURABLE);
        crash(disk);
        sellable_close(engine);
        disk->journal.fail_at = 0;
        disk->journal.failed = false;
        engine = opened(disk);
        is_as_it_was(engine, &before);
        sellable_close(engine);
        disk_free(disk);
    }
}

static void without_room_nothing_is_promised_and_nothing_has_changed(void **state) {
    (void)state;
    struct disk *disk = disk_new();
    struct sellable_durability later = {.answering = SELLABLE_ANSWER_DECIDED, .queue = 8 << 10};
    struct sellable *engine = opened_with(disk, &later, NULL);
    struct sellable_answer answer;
    put_items(engine);
    expect(sellable_durable_wait(engine, 0), OK);
    struct sellable_audit before = audited(engine);
    uint64_t position = sellable_position(engine);
    enum sellable_status status = SELLABLE_OK;
    for (int i = 0; status == SELLABLE_OK; i++) {
        char key[16];
        assert_true(i < 1000);
        before = audited(engine);
        position = sellable_position(engine);
        (void)snprintf(key, sizeof key, "O-%d", i);
        status = order(engine, key, "A", 1, &answer);
    }
    expect(status, NOT_DURABLE);
    equal(sellable_position(engine), position);
    is_as_it_was(engine, &before);
    expect(sellable_durable_wait(engine, 0), OK); /* now there is room */
    expect(order(engine, "O-again", "A", 1, &answer), OK);
    sellable_close(engine);
    disk_free(disk);
}

static void in_a_forked_child_every_call_is_refused(void **state) {
    (void)state;
    struct disk *disk = disk_new();
    struct sellable *engine = opened(disk);
    struct sellable_availability availability;
    struct sellable_answer answer;
    put_items(engine);
    uint64_t calls = disk->journal.calls;
    pid_t child = fork();
    if (child == 0) {
        int wrong = 0;
        wrong += order(engine, "O-1", "A", 1, &answer) != SELLABLE_NOT_DURABLE;
        wrong += ask(engine, "A", &availability) != SELLABLE_NOT_DURABLE;
        wrong += sellable_advance(engine, NULL, 5, NULL) != SELLABLE_NOT_DURABLE;
        wrong += sellable_durable_wait(engine, 0) != SELLABLE_NOT_DURABLE;
        wrong += sellable_checkpoint(engine, NULL, 0) != SELLABLE_NOT_DURABLE;
        sellable_close(engine);
        wrong += disk->journal.calls != calls;
        _exit(wrong);
    }
    int status = -1;
    assert_true(waitpid(child, &status, 0) == child);
    equal(status, 0);
    expect(order(engine, "O-1", "A", 1, &answer), OK);
    sellable_close(engine);
    disk_free(disk);
}

/* ---- who commits ----------------------------------------------------------------------------- */

enum { CALLERS = 8, EACH = 100 };

struct caller {
    struct sellable *engine;
    int number;
    uint32_t refused;
};

static void *call_often(void *context) {
    struct caller *caller = context;
    struct sellable_answer answer;
    for (int i = 0; i < EACH; i++) {
        char key[32];
        (void)snprintf(key, sizeof key, "O-%d-%d", caller->number, i);
        caller->refused += order(caller->engine, key, "B", 1, &answer) !=
                               SELLABLE_OK ||
                           answer.position > sellable_durable(caller->engine);
    }
    return NULL;
}

static void callers_share_commits_whoever_makes_them(void **state) {
    (void)state;
    for (int own = 0; own <= 1; own++) {
        struct disk *disk = disk_new();
        struct sellable_durability options = {.linger = 100};
        struct sellable *engine = opened_with(disk, &options, NULL);
        struct caller caller[CALLERS];
        pthread_t thread[CALLERS];
        put_items(engine);
        if (own != 0)
            expect(sellable_committer_start(engine), OK);
        for (int i = 0; i < CALLERS; i++) {
            caller[i] = (struct caller){engine, i, 0};
            equal(pthread_create(&thread[i], NULL, call_often, &caller[i]), 0);
        }
        for (int i = 0; i < CALLERS; i++) {
            pthread_join(thread[i], NULL);
            equal(caller[i].refused, 0);
        }
        if (own != 0) {
            expect(sellable_committer_start(engine), WRONG_STATE);
            expect(sellable_committer_stop(engine), OK);
        }
        expect(sellable_committer_stop(engine), WRONG_STATE);
        assert_true(disk->journal.count < CALLERS * EACH);
        struct sellable_audit before = audited(engine);
        crash(disk);
        sellable_close(engine);
        engine = opened(disk);
        is_as_it_was(engine, &before);
        sellable_close(engine);
        disk_free(disk);
    }
}

/* ---- the trail ------------------------------------------------------------------------------- */

static void the_trail_says_what_was_said_and_what_it_did(void **state) {
    (void)state;
    struct disk *disk = disk_new();
    struct sellable *engine = opened(disk);
    struct sellable_answer answer;
    struct sellable_trail *trail;
    struct sellable_trail_entry entry;
    put_items(engine);
    expect(order(engine, "O-1", "A", 3, &answer), OK);
    sellable_close(engine);
    struct sellable_durability logs = on(disk);
    expect(sellable_trail_open(&logs.journal, NULL, 0, &trail, NULL), OK);
    uint32_t found = 0;
    for (;;) {
        expect(sellable_trail_next(trail, &entry), OK);
        if (entry.position == 0)
            break;
        if (entry.event == NULL || entry.event->type != SELLABLE_RESERVE)
            continue;
        found++;
        equal(entry.position, answer.position);
        equal(entry.cell_count, 1);
        equal(entry.cells[0].before.reserved, 0);
        equal(entry.cells[0].after.reserved, 3);
        equal(entry.cells[0].after.net, entry.cells[0].before.net - 3);
        assert_true(entry.event->order->key.size == 3 &&
                    memcmp(entry.event->order->key.bytes, "O-1", 3) == 0);
    }
    equal(found, 1);
    sellable_trail_close(trail);
    disk_free(disk);
}

static void the_trail_names_each_cell_of_a_change_once_by_item(void **state) {
    (void)state;
    enum { ITEMS = 5 };
    static const char *const names[ITEMS] = {"A", "B", "C", "D", "E"};
    struct disk *disk = disk_new();
    struct sellable *engine = opened(disk);
    struct sellable_line lines[ITEMS] = {{.quantity = 0}};
    struct sellable_trail *trail;
    struct sellable_trail_entry entry;
    put_items(engine);
    for (uint32_t i = 0; i < ITEMS; i++) {
        const char *name = names[ITEMS - 1 - i];
        item_of(engine, name);
        stock(engine, name, "east", 10);
        lines[i] = line_of(name, 1);
    }
    struct sellable_order order = {
        .key = key_of("O-1"), .channel_key = key_of("web"), .lines = lines, .line_count = ITEMS};
    expect(sellable_reserve(engine, NULL, &order, NULL), OK);
    sellable_close(engine);
    struct sellable_durability logs = on(disk);
    expect(sellable_trail_open(&logs.journal, NULL, 0, &trail, NULL), OK);
    do
        expect(sellable_trail_next(trail, &entry), OK);
    while (entry.event == NULL || entry.event->type != SELLABLE_RESERVE);
    equal(entry.cell_count, ITEMS);
    for (uint32_t i = 0; i < ITEMS; i++) {
        equal(entry.cells[i].after.reserved - entry.cells[i].before.reserved, 1);
        assert_true(i == 0 || entry.cells[i].item.id > entry.cells[i - 1].item.id);
    }
    sellable_trail_close(trail);
    disk_free(disk);
}

/* The events of a trail, said again to an empty engine. */
static void said_again(struct sellable *engine, const struct sellable_trail_entry *entry) {
    struct sellable_answer answer = {0};
    if (entry->did == SELLABLE_DID_ADVANCE)
        expect(sellable_advance(engine, NULL, entry->now, NULL), OK);
    if (entry->event == NULL)
        return;
    struct sellable_event event = *entry->event;
    enum sellable_status status = sellable_apply(engine, NULL, &event, &answer);
    if (status != SELLABLE_OK)
        print_error("%s at %llu: %s %s\n", sellable_event_name((int)event.type),
                    (unsigned long long)entry->position, answer.field == NULL ? "" : answer.field,
                    answer.reason == NULL ? "" : answer.reason);
    expect(status, OK);
}

static void a_trail_said_again_gives_the_same_state(void **state) {
    (void)state;
    struct disk *disk = disk_new();
    struct sellable *engine = opened(disk), *other = NULL;
    struct sellable_trail *trail;
    struct sellable_trail_entry entry;
    fill(engine);
    struct sellable_audit before = audited(engine);
    sellable_close(engine);
    struct sellable_durability logs = on(disk);
    expect(sellable_open(NULL, &other), OK);
    expect(sellable_trail_open(&logs.journal, NULL, 0, &trail, NULL), OK);
    do {
        expect(sellable_trail_next(trail, &entry), OK);
        said_again(other, &entry);
    } while (entry.position != 0);
    struct sellable_audit after = audited(other);
    assert_true(equal_hash(after.hash, before.hash));
    sellable_trail_close(trail);
    sellable_close(other);
    disk_free(disk);
}

/* ---- what cannot be trusted ------------------------------------------------------------------ */

static void is_refused(struct disk *disk, const char *field) {
    struct sellable_durability durability = on(disk);
    struct sellable_recovery recovery;
    struct sellable *engine;
    expect(sellable_recover(NULL, &durability, &engine, &recovery), INVALID);
    assert_null(engine);
    assert_string_equal(recovery.field, field);
    assert_true(recovery.reason[0] != 0);
}

static void a_log_that_is_not_whole_is_refused(void **state) {
    (void)state;
    struct disk *disk = disk_new(), *other = disk_new();
    struct sellable *engine = opened(disk), *twin = opened(other);
    put_items(engine);
    put_items(twin);
    expect(sellable_checkpoint(engine, NULL, 1), OK);
    sellable_close(engine);
    sellable_close(twin);
    struct memory_log own = disk->journal;
    disk->journal = other->journal; /* another's, which says the same */
    is_refused(disk, "journal");
    disk->journal = own;
    uint32_t count = disk->journal.count;
    for (uint32_t i = 1; i < count; i++) { /* one is missing; or it ends too early */
        struct log_batch gone = disk->journal.batch[i];
        memmove(disk->journal.batch + i, disk->journal.batch + i + 1,
                (count - i - 1) * sizeof gone);
        disk->journal.count--;
        if (i + 2 > count)
            is_refused(disk, "journal");
        struct memory_log none = disk->checkpoints;
        disk->checkpoints.count = 0;
        if (i + 1 < count)
            is_refused(disk, "journal");
        disk->checkpoints = none;
        memmove(disk->journal.batch + i + 1, disk->journal.batch + i,
                (count - i - 1) * sizeof gone);
        disk->journal.batch[i] = gone;
        disk->journal.count++;
    }
    disk_free(disk);
    disk_free(other);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_answered_is_there_when_it_is_opened_again),
        cmocka_unit_test(a_checkpoint_and_what_follows_are_there),
        cmocka_unit_test(a_retry_after_the_crash_gets_the_first_answer),
        cmocka_unit_test(what_is_made_amid_snapshots_is_there_again),
        cmocka_unit_test(the_first_failure_ends_it_and_questions_go_on),
        cmocka_unit_test(without_room_nothing_is_promised_and_nothing_has_changed),
        cmocka_unit_test(in_a_forked_child_every_call_is_refused),
        cmocka_unit_test(callers_share_commits_whoever_makes_them),
        cmocka_unit_test(the_trail_says_what_was_said_and_what_it_did),
        cmocka_unit_test(the_trail_names_each_cell_of_a_change_once_by_item),
        cmocka_unit_test(a_trail_said_again_gives_the_same_state),
        cmocka_unit_test(a_log_that_is_not_whole_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
