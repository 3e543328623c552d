/* SPDX-License-Identifier: Apache-2.0
 *
 * Scenes of transactions and the log: a hook, as the journal's, gives each transaction an entry that
 * says which lines it changes, to which versions. What must hold: in the order of the queue the
 * versions of each line rise by one, so each beginning of the log is a state that there could have
 * been, whenever the machine stops; and the world of each transaction is that of its place there.
 * Whoever finds a version finds its entry in the queue. */
#ifndef SBL_MODEL_LOG_H
#define SBL_MODEL_LOG_H

#include "queue.h"

namespace model {

enum { LOGGED_MOST = 32, LOGGED_LINES = LINES + 1 /* the last is the world */ };

/* What a thread found of a line, and where the log ended then. */
struct found {
    int line;
    uint64_t version, last;
};

inline uint64_t logged_at[LOGGED_LINES][LOGGED_MOST]; /* positions, by version */
inline uint64_t logged[LOGGED_LINES];                 /* the last versions */
inline found finds[LOGGED_MOST];
inline uint32_t finds_count;
inline uint64_t planned_on[WORKERS]; /* the now of the world */

inline uint64_t &planned_by(const sbl_worker *worker) {
    int index = 0;
    while (workers[index] != worker)
        index++;
    return planned_on[index];
}

/* What a transaction changes: a word for each line. */
inline uint32_t prepare_entry(void *, sbl_worker *worker) {
    uint32_t number = sbl_queue_take(&queue, &worker->entries_own, worker->transaction);
    RL_ASSERT(number != 0);
    sbl_entry *entry = sbl_queue_entry(&queue, number);
    const sbl_planned *planned = static_cast<const sbl_planned *>(worker->planned.bytes);
    RL_ASSERT(worker->planned_count < SBL_QUEUE_PAYLOAD);
    sbl_store(&entry->payload[0],
              sbl_pair(static_cast<uint32_t>(planned_by(worker)), worker->planned_count));
    for (uint32_t i = 0; i < worker->planned_count; i++) {
        bool world = planned[i].line == &commit.world;
        uint32_t line = world ? LINES : static_cast<uint32_t>(planned[i].line - lines);
        uint64_t version = world ? sbl_load(&planned[i].record->after[SBL_WORLD_NOW])
                                 : sbl_load(&planned[i].record->after[1]) / 16;
        sbl_store(&entry->payload[1 + i], sbl_pair(line, static_cast<uint32_t>(version)));
    }
    return number;
}
inline void put_entry(void *, sbl_worker *worker, uint32_t number, uint64_t transaction,
                      bool own) {
    uint64_t position = own
                            ? sbl_queue_put_own(&queue, &worker->entries_own, number, transaction)
                            : sbl_queue_put(&queue, number, transaction);
    if (position > worker->position)
        worker->position = position;
}
inline void drop_entry(void *, sbl_worker *worker, uint32_t number) {
    sbl_queue_drop(&queue, &worker->entries_own, number);
}

/* Read what is in the log, unless somebody is at it. */
inline void read_log() {
    uint64_t nobody = 0;
    if (!sbl_cas(WORKER, &committing, &nobody, 1))
        return;
    while (const sbl_entry *entry = sbl_queue_next(&queue)) {
        uint64_t position = sbl_queue_read(&queue);
        uint64_t planned = sbl_load(&entry->payload[0]);
        uint32_t count = sbl_low(planned);
        RL_ASSERT(position == ++read_to);
        RL_ASSERT(sbl_high(planned) == logged[LINES]);
        for (uint32_t i = 0; i < count; i++) {
            uint64_t change = sbl_load(&entry->payload[1 + i]);
            uint32_t line = sbl_high(change);
            RL_ASSERT(sbl_low(change) == ++logged[line] && logged[line] < LOGGED_MOST);
            logged_at[line][logged[line]] = position;
        }
    }
    sbl_queue_let_go(&queue);
    sbl_store_release(WORKER, &committing, 0);
}

/* Look at a line as who wants to change it, or to answer with it. */
inline void find(sbl_worker *worker, int line) {
    sbl_seen seen;
    sbl_line_settle(worker, &lines[line], &seen);
    uint64_t last = sbl_queue_last(&queue);
    finds[finds_count++] = found{line, version_of(seen.image), last};
}

/* Add 1 to the version of two lines. What the call has met by then is all that this rests on. */
inline void order(sbl_worker *worker, int first, int second) {
    int line[2] = {first, second}, count = 0;
    uint64_t version[2];
    change(worker, {first, second}, [&](const sbl_image &world, sbl_image &image) {
        planned_by(worker) = world.word[SBL_WORLD_NOW];
        version[count % 2] = version_of(image) + 1;
        set_version(image, version[count++ % 2]);
        return true;
    });
    for (int i = 0; i < 2; i++)
        finds[finds_count++] = found{line[i], version[i], worker->position};
}

template <typename scene, int threads>
struct log_stage : stage<scene, threads, threads, 2048> {
    void set() {
        RL_ASSERT(sbl_queue_init(&queue, &model::memory, BEFORE));
        memset(static_cast<void *>(logged), 0, sizeof logged);
        memset(static_cast<void *>(logged_at), 0, sizeof logged_at);
        commit.hook = sbl_hook{this, prepare_entry, put_entry, drop_entry};
        memset(planned_on, 0, sizeof planned_on);
        read_to = BEFORE;
        finds_count = 0;
    }
    void end() {
        sbl_store(&committing, 0); /* who was at it may have stopped for ever */
        for (int line = 0; line < LINES; line++)
            find(workers[threads - 1], line);
        read_log();
        for (uint32_t i = 0; i < finds_count; i++) {
            const found &one = finds[i];
            RL_ASSERT(one.version <= logged[one.line]);
            for (uint64_t version = one.version; version != 0; version--)
                RL_ASSERT(logged_at[one.line][version] <= one.last);
        }
        for (int line = 0; line < LINES; line++)
            RL_ASSERT(version_of_settled(line) == logged[line]);
    }
    static uint64_t version_of_settled(int line) {
        sbl_seen seen;
        sbl_line_settle(workers[threads - 1], &lines[line], &seen);
        return version_of(seen.image);
    }
};

/* Orders over the same lines. */
struct log_of_orders : log_stage<log_of_orders, 2> {
    void thread(unsigned index) {
        for (int i = 0; i < 2; i++) {
            order(workers[index], 0, 1);
            find(workers[index], i);
            if (index == 0)
                read_log();
        }
    }
};

/* Orders that overlap in one line each; and one reads. */
struct log_of_overlapping_orders : log_stage<log_of_overlapping_orders, 3> {
    void thread(unsigned index) {
        static const int first[] = {0, 1, 0}, second[] = {1, 2, 2};
        for (int i = 0; i < 2; i++) {
            order(workers[index], first[index], second[index]);
            find(workers[index], second[index]);
            if (index == 1)
                read_log();
        }
    }
};

/* Threads stop for ever at any step of a change; the others go on, and the log has it all. */
struct log_of_stopped_orders : log_stage<log_of_stopped_orders, 3> {
    void thread(unsigned index) {
        try {
            stops_in[index] = index == 2 ? 0 : 1 + rl::rand(128);
            for (int i = 0; i < 2; i++) {
                order(workers[index], 0, static_cast<int>(index) + 1);
                find(workers[index], 0);
            }
            stops_in[index] = 0;
        } catch (const stopped_for_ever &) {
        }
        if (index == 2)
            read_log();
    }
};

/* The world changes meanwhile: its entry stands between those that were planned on it as it was, and
 * those that were planned on it as it is now. */
struct log_of_settings : log_stage<log_of_settings, 3> {
    void thread(unsigned index) {
        if (index != 0) {
            order(workers[index], 0, 1);
            order(workers[index], 1, 1 + static_cast<int>(index));
            read_log();
            return;
        }
        for (uint64_t now = 1; now <= 2; now++) {
            planned_by(workers[0]) = now - 1;
            advance(workers[0], now);
        }
    }
};

} // namespace model

#define LOG_SCENES                                                                                 \
    SCENE(log_of_orders), SCENE(log_of_overlapping_orders), SCENE(log_of_stopped_orders),          \
        SCENE(log_of_settings)

#endif
