/* SPDX-License-Identifier: Apache-2.0
 *
 * Scenes of a few threads over the kernel, each with what must hold in every execution. */
#include "log.h"

using namespace model;

namespace {

/* A line is read while it changes: never torn, never backwards. */
template <typename scene, int times>
struct reads : stage<scene, 2, 1> {
    void thread(unsigned index) {
        if (index == 0) {
            for (int i = 0; i < times; i++)
                change(workers[0], {0});
            return;
        }
        uint64_t last = 0;
        for (int i = 0; i < times; i++) {
            uint64_t version = read(0);
            RL_ASSERT(version >= last);
            last = version;
        }
    }
    void end() { RL_ASSERT(read(0) == times); }
};
struct read_against_change : reads<read_against_change, 3> {};
struct one_read_against_one_change : reads<one_read_against_one_change, 1> {};

/* Two change the same line: each change counts, once. */
struct change_against_change : stage<change_against_change, 3, 2> {
    void thread(unsigned index) {
        if (index < 2) {
            for (int i = 0; i < 2; i++)
                change(workers[index], {0});
            return;
        }
        uint64_t last = 0;
        for (int i = 0; i < 2; i++) {
            uint64_t version = read(0);
            RL_ASSERT(version >= last);
            last = version;
        }
    }
    void end() { RL_ASSERT(read(0) == 4); }
};

/* An order over two lines: whoever reads both sees both or none. */
template <typename scene, int times>
struct both_read : stage<scene, 2, 1> {
    void thread(unsigned index) {
        if (index == 0) {
            for (int i = 0; i < times; i++)
                change(workers[0], {0, 1});
            return;
        }
        uint64_t last = 0;
        for (int i = 0; i < times; i++) {
            uint64_t versions[2];
            read_both(versions);
            RL_ASSERT(versions[0] == versions[1] && versions[0] >= last);
            last = versions[0];
        }
    }
    void end() { RL_ASSERT(read(0) == times && read(1) == times); }
};
struct order_against_reader : both_read<order_against_reader, 3> {};
struct one_order_against_one_reader : both_read<one_order_against_one_reader, 1> {};

/* Two orders over the same lines, and a reader of both. */
struct order_against_order : stage<order_against_order, 3, 2> {
    void thread(unsigned index) {
        if (index < 2) {
            for (int i = 0; i < 2; i++)
                change(workers[index], {0, 1});
            return;
        }
        uint64_t versions[2];
        read_both(versions);
        RL_ASSERT(versions[0] == versions[1]);
    }
    void end() { RL_ASSERT(read(0) == 4 && read(1) == 4); }
};

/* Orders that overlap in one line each. */
struct overlapping_orders : stage<overlapping_orders, 3> {
    void thread(unsigned index) {
        static const int first[] = {0, 1, 0}, second[] = {1, 2, 2};
        change(workers[index], {first[index], second[index]});
        change(workers[index], {first[index], second[index]});
    }
    void end() { RL_ASSERT(read(0) == 4 && read(1) == 4 && read(2) == 4); }
};

/* Orders over more lines than a descriptor holds by itself. */
struct large_orders : stage<large_orders, 3, 2, 2048> {
    void thread(unsigned index) {
        if (index < 2) {
            for (int i = 0; i < 2; i++)
                change(workers[index], {0, 1, 2, 3});
            return;
        }
        uint64_t versions[2];
        read_both(versions);
        RL_ASSERT(versions[0] == versions[1]);
    }
    void end() {
        for (int line = 0; line < LINES; line++)
            RL_ASSERT(read(line) == 4);
    }
};

/* A change of the world: what takes effect after its instant was planned on the new world. */
template <typename scene, int taken, int rounds>
struct settings : stage<scene, 3, taken> {
    uint64_t now_of[16], last_before;

    void set() { memset(now_of, 0, sizeof now_of); }
    void order(sbl_worker *worker, std::initializer_list<int> which) {
        uint64_t now = 0, version = 0;
        change(worker, which, [&](const sbl_image &world, sbl_image &image) {
            now = world.word[SBL_WORLD_NOW];
            version = version_of(image) + 1;
            set_version(image, version);
            return true;
        });
        now_of[version] = now;
    }
    void thread(unsigned index) {
        if (index == 0) {
            sbl_seen seen;
            advance(workers[0], 1);
            sbl_line_settle(workers[0], &lines[0], &seen);
            last_before = version_of(seen.image);
            return;
        }
        bool known = static_cast<int>(index) < taken;
        sbl_worker *worker = known ? workers[index] : sbl_worker_take(&commit);
        for (int i = 0; i < rounds; i++)
            order(worker, {0, 1});
    }
    void end() {
        uint64_t last = read(0);
        RL_ASSERT(last == 2 * rounds && read(1) == last);
        for (uint64_t version = last_before + 1; version <= last; version++)
            RL_ASSERT(now_of[version] == 1);
    }
};
struct settings_against_orders : settings<settings_against_orders, 3, 2> {};
struct settings_against_newcomers : settings<settings_against_newcomers, 1, 1> {};

/* As above, with the two steps of the hottest path: a word of each of two lines. */
struct settings_against_pairs : stage<settings_against_pairs, 3> {
    enum { COUNTED = 4, OTHER = 5 };
    uint64_t now_of[8], last_before;

    void set() { memset(now_of, 0, sizeof now_of); }

    /* false: something general is in the way. */
    bool pair(sbl_worker *worker) {
        sbl_seen world, seen[2];
        sbl_single single[2];
        uint64_t status = sbl_transaction_status(worker); /* before the world is read */
        if (status == SBL_NO_STATUS || !sbl_line_clean(&commit.world, &world) ||
            world.image.word[SBL_WORLD_SNAPSHOT] != 0)
            return false;
        for (int i = 0; i < 2; i++) {
            if (!sbl_line_clean(&lines[i], &seen[i]))
                return false;
            uint64_t counted = seen[i].image.word[COUNTED] + 1;
            single[i] = sbl_single{
                &lines[i], name_of(i), &seen[i], {COUNTED, OTHER}, {counted, counted}};
        }
        if (sbl_transaction_pair(worker, status, sbl_low(world.image.word[SBL_WORLD_STAMP]),
                                 &single[0], &single[1]) != SBL_ACCEPTED)
            return false;
        now_of[single[0].value[0]] = world.image.word[SBL_WORLD_NOW];
        return true;
    }
    void order(sbl_worker *worker) {
        uint64_t now = 0, counted = 0;
        change(worker, {0, 1}, [&](const sbl_image &world, sbl_image &image) {
            now = world.word[SBL_WORLD_NOW];
            counted = ++image.word[COUNTED];
            image.word[OTHER] = counted;
            return true;
        });
        now_of[counted] = now;
    }
    void thread(unsigned index) {
        if (index == 0) {
            sbl_seen seen;
            sbl_line_read(&commit, &lines[1], &seen); /* both words of one instant */
            RL_ASSERT(seen.image.word[COUNTED] == seen.image.word[OTHER]);
            advance(workers[0], 1);
            sbl_line_settle(workers[0], &lines[0], &seen);
            last_before = seen.image.word[COUNTED];
            RL_ASSERT(seen.image.word[COUNTED] == seen.image.word[OTHER]);
            return;
        }
        for (int i = 0; i < 2; i++)
            if (!pair(workers[index]))
                order(workers[index]);
    }
    void end() {
        for (int i = 0; i < 2; i++) {
            sbl_seen seen;
            sbl_line_read(&commit, &lines[i], &seen);
            RL_ASSERT(seen.image.word[COUNTED] == 4);
        }
        for (uint64_t counted = last_before + 1; counted <= 4; counted++)
            RL_ASSERT(now_of[counted] == 1);
    }
};

/* A snapshot sees one instant, and goes on seeing it. */
struct snapshot_against_orders : stage<snapshot_against_orders, 2> {
    void thread(unsigned index) {
        if (index == 1) {
            for (int i = 0; i < 3; i++)
                change(workers[1], {0, 1});
            return;
        }
        uint32_t snapshot;
        RL_ASSERT(sbl_snapshot_open(workers[0], &snapshot) == SBL_ACCEPTED);
        uint64_t least = read(0);
        uint64_t versions[4];
        for (int i = 0; i < 4; i++) {
            sbl_image image;
            sbl_snapshot_read(&commit, snapshot, &lines[i % 2], &image);
            versions[i] = version_of(image);
            RL_ASSERT(versions[i] == versions[0]);
        }
        RL_ASSERT(versions[0] <= least);
        RL_ASSERT(sbl_snapshot_close(workers[0], snapshot) == SBL_ACCEPTED);
    }
    void end() { RL_ASSERT(read(0) == 3 && read(1) == 3); }
};

/* A line that leads to a blob, which is given back at its change, and used again for the next. */
enum { BLOB = 3, BLOB_WORDS = 3 };

void change_blob(sbl_worker *worker) {
    change(worker, {0}, [worker](const sbl_image &, sbl_image &image) {
        uint64_t words[BLOB_WORDS];
        set_version(image, version_of(image) + 1);
        for (int word = 0; word < BLOB_WORDS; word++)
            words[word] = image.word[1];
        RL_ASSERT(sbl_transaction_replaces(worker, sbl_low(image.word[BLOB])));
        image.word[BLOB] = sbl_transaction_blob(worker, words, BLOB_WORDS);
        return true;
    });
}
uint32_t copy_blob(const sbl_image &image, uint64_t words[BLOB_WORDS]) {
    return sbl_blob_copy(&model::memory, sbl_low(image.word[BLOB]), 0, words, BLOB_WORDS);
}
void expect_blob(const sbl_image &image, const uint64_t words[BLOB_WORDS], uint32_t copied) {
    RL_ASSERT(copied == (version_of(image) == 0 ? 0u : BLOB_WORDS));
    for (uint32_t word = 0; word < copied; word++)
        RL_ASSERT(words[word] == image.word[1]);
}

struct blob_against_reader : stage<blob_against_reader, 2, 1> {
    void thread(unsigned index) {
        uint64_t words[BLOB_WORDS];
        uint32_t copied;
        sbl_seen seen;
        if (index == 0) {
            for (int i = 0; i < 5; i++)
                change_blob(workers[0]);
            return;
        }
        for (int i = 0; i < 5; i++) {
            do {
                sbl_line_read(&commit, &lines[0], &seen);
                copied = copy_blob(seen.image, words);
            } while (!sbl_line_still(&commit, &lines[0], &seen));
            expect_blob(seen.image, words, copied);
        }
    }
};

/* What a snapshot leads to stays until it closes. */
struct blob_against_snapshot : stage<blob_against_snapshot, 2> {
    void thread(unsigned index) {
        uint32_t snapshot;
        if (index == 1) {
            for (int i = 0; i < 4; i++)
                change_blob(workers[1]);
            return;
        }
        for (int i = 0; i < 2; i++) {
            RL_ASSERT(sbl_snapshot_open(workers[0], &snapshot) == SBL_ACCEPTED);
            for (int again = 0; again < 2; again++) {
                sbl_image image;
                uint64_t words[BLOB_WORDS];
                sbl_snapshot_read(&commit, snapshot, &lines[0], &image);
                expect_blob(image, words, copy_blob(image, words));
            }
            RL_ASSERT(sbl_snapshot_close(workers[0], snapshot) == SBL_ACCEPTED);
        }
    }
};

/* Workers go from hand to hand, and there are ever more of them: what a worker keeps for itself is
 * seen by the next one who has it. */
struct workers_hand_over : stage<workers_hand_over, 3, 0> {
    rl::var<unsigned> used[WORKERS];

    void thread(unsigned) {
        for (int i = 0; i < 2; i++) {
            sbl_worker *worker = sbl_worker_take(&commit);
            uint64_t number = 0;
            while (sbl_array_at(&commit.worker, number) != worker)
                number++;
            RL_ASSERT(number < WORKERS);
            used[number](RL_INFO).store(1);
            change(worker, {0});
            used[number](RL_INFO).store(0);
            sbl_worker_give(worker);
        }
    }
    void end() { RL_ASSERT(read(0) == 6); }
};

/* Blocks go from worker to worker through the shared stack: each has one owner at a time. */
struct blocks_hand_over : stage<blocks_hand_over, 2> {
    enum { BLOCKS = 5 };
    rl::var<unsigned> owners[64];

    /* Each worker's chunk of granules, of which it uses few. */
    rl::var<unsigned> &owner(uint32_t reference) {
        uint32_t granule = reference - 2;
        RL_ASSERT(reference >= 2 && granule / SBL_CHUNK < 2 && granule % SBL_CHUNK < 32);
        return owners[granule / SBL_CHUNK * 32 + granule % SBL_CHUNK];
    }
    void thread(unsigned index) {
        sbl_cache *cache = &workers[index]->cache;
        uint32_t taken[BLOCKS];
        uint64_t words[2] = {index, index};
        for (int round = 0; round < 2; round++) {
            for (int i = 0; i < BLOCKS; i++) {
                taken[i] = sbl_blob_take(&model::memory, cache, 0, words, 2);
                owner(taken[i])(RL_INFO).store(index);
            }
            for (int i = 0; i < BLOCKS; i++) {
                RL_ASSERT(owner(taken[i])(RL_INFO).load() == index);
                sbl_blob_give(&model::memory, cache, taken[i]);
            }
        }
    }
};

/* One asks for changes, as feed.c does: it raises the stamp if there is a mark of it, and looks at
 * what was marked since it last stood; two change rows, of one group or of two. What it saw last of
 * each row is in the end what there is: no change is lost. */
template <typename scene, int second> struct question : stage<scene, 3> {
    uint64_t told[LINES];
    uint32_t since;

    void set() {
        memset(told, 0, sizeof told);
        since = 1;
    }
    void ask() {
        enum { GROUP = 1 << SBL_RECENT_ROW_BITS, LAST = 2 * GROUP };
        sbl_seen world, row;
        sbl_line_read(&commit, &commit.world, &world);
        if (sbl_recent_any(&commit.recent, sbl_low(world.image.word[SBL_WORLD_STAMP]))) {
            RL_ASSERT(sbl_stamp_raise(workers[0]) == SBL_ACCEPTED);
            sbl_line_read(&commit, &commit.world, &world);
        }
        uint32_t stamp = sbl_low(world.image.word[SBL_WORLD_STAMP]);
        for (uint64_t item = 1; sbl_recent_next(&commit.recent, since, LAST, &item); item += GROUP)
            for (uint64_t i = item; i < item + GROUP; i++) {
                int line = line_of(i);
                if (line == LINES)
                    continue;
                sbl_line_read(&commit, &lines[line], &row);
                if (sbl_high(row.image.word[SBL_STAMP]) >= since)
                    told[line] = version_of(row.image);
            }
        since = stamp;
    }
    void thread(unsigned index) {
        for (int i = 0; i < 2; i++)
            if (index == 0)
                ask();
            else
                change(workers[index], {index == 1 ? 0 : second});
    }
    void end() {
        ask();
        for (int line = 0; line < LINES; line++)
            RL_ASSERT(told[line] == read(line));
    }
};
struct question_against_one_group : question<question_against_one_group, 2> {};
struct question_against_two_groups : question<question_against_two_groups, 1> {};
struct question_against_one_row : question<question_against_one_row, 0> {};

/* Orders expire while the time moves on, and several threads do what is due: none is missed. */
struct time_against_orders : stage<time_against_orders, 3> {
    enum { STATE = 3, OPEN = 1, EXPIRED = 2, DUE = 70, LATER = 65, LAST = 71 };

    void set() { memset(static_cast<void *>(&wheel), 0, sizeof wheel); }

    /* It expires at DUE; after that it comes too late. */
    void order(sbl_worker *worker, int line) {
        int64_t put = -1;
        change(worker, {line}, [&](const sbl_image &world, sbl_image &image) {
            int64_t now = static_cast<int64_t>(world.word[SBL_WORLD_NOW]);
            if (now >= DUE)
                return false;
            if (put != now)
                RL_ASSERT(sbl_wheel_put(&wheel, worker, now, DUE, SBL_DUE_ORDER,
                                        static_cast<uint64_t>(line)));
            put = now;
            image.word[STATE] = OPEN;
            return true;
        });
    }
    void expire(sbl_worker *worker, uint64_t line) {
        RL_ASSERT(line < LINES);
        change(worker, {static_cast<int>(line)}, [&](const sbl_image &world, sbl_image &image) {
            if (image.word[STATE] != OPEN || world.word[SBL_WORLD_NOW] < DUE)
                return false;
            image.word[STATE] = EXPIRED;
            return true;
        });
    }
    void catch_up(sbl_worker *worker) {
        for (;;) {
            sbl_seen world;
            uint32_t count;
            sbl_line_read(&commit, &commit.world, &world);
            int64_t now = static_cast<int64_t>(world.image.word[SBL_WORLD_NOW]);
            int64_t base = sbl_wheel_base(&wheel);
            if (base >= now)
                return;
            RL_ASSERT(sbl_wheel_due(&wheel, worker, base, now, &count));
            const sbl_buffer *due = &worker->scratch[SBL_SCRATCH_DUE];
            for (uint32_t i = 0; i < count; i++)
                expire(worker, static_cast<const sbl_due *>(due->bytes)[i].hash);
            RL_ASSERT(sbl_wheel_turn(&wheel, worker, base, now));
        }
    }
    void thread(unsigned index) {
        if (index == 0) {
            advance(workers[0], LATER);
            catch_up(workers[0]);
            advance(workers[0], LAST);
        } else {
            order(workers[index], static_cast<int>(index));
        }
        if (index < 2)
            catch_up(workers[index]);
    }
    void end() {
        sbl_seen seen;
        RL_ASSERT(sbl_wheel_base(&wheel) == LAST);
        for (int line = 1; line <= 2; line++) {
            sbl_line_read(&commit, &lines[line], &seen);
            RL_ASSERT(seen.image.word[STATE] != OPEN);
        }
    }
};

} // namespace

#include "runner.h"

const scene scenes[] = {
    SCENE(read_against_change),        SCENE(change_against_change),
    SCENE(order_against_reader),       SCENE(order_against_order),
    SCENE(overlapping_orders),         SCENE(large_orders),
    SCENE(settings_against_orders),    SCENE(settings_against_newcomers),
    SCENE(settings_against_pairs),     SCENE(snapshot_against_orders),
    SCENE(blob_against_reader),        SCENE(blob_against_snapshot),
    SCENE(question_against_one_row),   SCENE(question_against_one_group),
    SCENE(question_against_two_groups),
    SCENE(time_against_orders),        SCENE(workers_hand_over),
    SCENE(blocks_hand_over),
    LOG_SCENES,                        QUEUE_SCENES,
};

/* Small enough for every execution with so many interruptions. */
const scene searched[] = {
    SCENE(one_read_against_one_change),
    SCENE(one_order_against_one_reader),
    QUEUE_SEARCHED,
};

int main(int count, char **arguments) { return run(scenes, searched, count, arguments); }
