/* SPDX-License-Identifier: Apache-2.0
 *
 * Scenes of the queue of log entries (lib/entry.h): who has a transaction offers its entry, as a
 * mark does, to whoever wants to put it; anybody commits who finds nobody at it. What must hold: an
 * entry that was put is read once, in the order of positions, with its payload; if a put had
 * returned before the first put of another began, it has the lower position; who has put and then
 * commits reads at least as far. */
#ifndef SBL_MODEL_QUEUE_H
#define SBL_MODEL_QUEUE_H

#include "engine.h"

namespace model {

enum { OWNERS = 3, ROUNDS = 8, BEFORE = 40 /* the position before the first */, PAYLOAD = 3 };

/* What became of the entry of one round. */
struct queued {
    bool offered;
    uint32_t times_read;
    uint64_t began, ended; /* the first put of it; 0: none */
    uint64_t position;     /* as read */
    uint64_t answered;     /* to its owner; 0: not yet */
};

inline sbl_queue queue;
inline sbl_entry_owner owners[OWNERS];
inline sbl_word offers[OWNERS]; /* round << 32 | number */
inline sbl_word committing;
inline queued history[OWNERS][ROUNDS];
inline uint64_t read_to, clock_now;

inline uint64_t transaction_of(unsigned owner, uint64_t round) {
    return static_cast<uint64_t>(owner + 1) << 48 | (round + 1);
}

inline void earliest(uint64_t &stamp, uint64_t now) {
    if (stamp == 0 || now < stamp)
        stamp = now;
}

/* Put the entry of an owner's round, by way of the owner or not. */
inline void put(unsigned owner, uint64_t round, uint32_t number, bool own) {
    queued &one = history[owner][round];
    earliest(one.began, ++clock_now);
    uint64_t transaction = transaction_of(owner, round);
    uint64_t position = own ? sbl_queue_put_own(&queue, &owners[owner], number, transaction)
                            : sbl_queue_put(&queue, number, transaction);
    earliest(one.ended, ++clock_now);
    if (own)
        one.answered = position;
    RL_ASSERT(position > BEFORE && (one.position == 0 || position >= one.position));
    RL_ASSERT(!own || one.position == 0 || position == one.position);
}

/* What an owner offers now, if anything. */
inline void help(unsigned owner) {
    uint64_t offer = sbl_load_acquire(STATUS, &offers[owner]);
    if (offer != 0)
        put(owner, offer >> 32, static_cast<uint32_t>(offer), false);
}

/* An entry with what is to be found in it. */
inline uint32_t prepare(unsigned owner, uint64_t round) {
    uint32_t number = sbl_queue_take(&queue, &owners[owner], transaction_of(owner, round));
    RL_ASSERT(number != 0);
    sbl_entry *entry = sbl_queue_entry(&queue, number);
    for (int word = 0; word < PAYLOAD; word++)
        sbl_store(&entry->payload[word], transaction_of(owner, round) + word);
    return number;
}

inline void offer(unsigned owner, uint64_t round, uint32_t number) {
    history[owner][round].offered = true;
    sbl_store_release(STATUS, &offers[owner], round << 32 | number);
}

/* Read all that there is, and let it go. false: somebody is at it. */
inline bool read_all() {
    uint64_t nobody = 0;
    if (!sbl_cas(WORKER, &committing, &nobody, 1))
        return false;
    while (const sbl_entry *entry = sbl_queue_next(&queue)) {
        uint64_t transaction = sbl_load(&entry->payload[0]);
        for (int word = 1; word < PAYLOAD; word++)
            RL_ASSERT(sbl_load(&entry->payload[word]) == transaction + word);
        uint64_t owner = (transaction >> 48) - 1, round = (transaction & 0xffff) - 1;
        RL_ASSERT(owner < OWNERS && round < ROUNDS);
        queued &one = history[owner][round];
        RL_ASSERT(one.offered && one.times_read++ == 0);
        one.position = sbl_queue_read(&queue);
        RL_ASSERT(one.position == read_to + 1 && one.began != 0);
        RL_ASSERT(one.answered == 0 || one.answered == one.position);
        read_to = one.position;
    }
    sbl_queue_let_go(&queue);
    sbl_store_release(WORKER, &committing, 0);
    return true;
}

/* A round of an owner: its entry is put, perhaps by others, too, and perhaps read. */
inline void round_of(unsigned owner, uint64_t round) {
    uint32_t number = prepare(owner, round);
    offer(owner, round, number);
    put(owner, round, number, true);
    uint64_t position = history[owner][round].answered;
    RL_ASSERT(sbl_queue_last(&queue) >= position);
}

template <typename scene, int threads>
struct queue_stage : stage<scene, threads, 0> {
    void set() {
        RL_ASSERT(sbl_queue_init(&queue, &model::memory, BEFORE));
        memset(static_cast<void *>(owners), 0, sizeof owners);
        memset(static_cast<void *>(history), 0, sizeof history);
        read_to = BEFORE;
        clock_now = 0;
        static_cast<scene *>(this)->begin();
    }
    void begin() {}

    /* Everything that some put returned for was read; and in the order of time. */
    void end() {
        sbl_store(&committing, 0); /* who was at it may have stopped for ever */
        read_all();
        uint64_t read = 0;
        for (const auto &rounds : history)
            for (const queued &one : rounds) {
                RL_ASSERT(one.times_read == 1 || (one.times_read == 0 && one.ended == 0));
                RL_ASSERT(one.answered == 0 || one.answered == one.position);
                read += one.times_read;
                for (const auto &others : history)
                    for (const queued &other : others)
                        if (one.ended != 0 && other.began > one.ended && other.times_read != 0)
                            RL_ASSERT(one.position < other.position);
            }
        RL_ASSERT(read_to == BEFORE + read && sbl_queue_last(&queue) == read_to);
        RL_ASSERT(sbl_queue_next(&queue) == nullptr);
    }
};

/* Three put their own and one another's, and read. Some transactions are not accepted. */
struct puts_against_puts : queue_stage<puts_against_puts, 3> {
    void thread(unsigned index) {
        for (uint64_t round = 0; round < 2; round++) {
            if (rl::rand(4) == 0)
                sbl_queue_drop(&queue, &owners[index], prepare(index, ROUNDS - 1));
            help((index + 1) % 3);
            round_of(index, round);
            if (index == 0 && read_all())
                RL_ASSERT(read_to >= history[index][round].answered);
        }
    }
};

/* Entries are used again at once, while others put them, or put behind them, as late as can be. */
struct puts_used_again : queue_stage<puts_used_again, 3> {
    void thread(unsigned index) {
        if (index == 0) {
            for (uint64_t round = 0; round < 5; round++) {
                round_of(0, round);
                if (read_all())
                    RL_ASSERT(read_to >= history[0][round].answered);
            }
        } else if (index == 1) {
            for (int i = 0; i < 4; i++)
                help(0);
        } else {
            round_of(2, 0);
            round_of(2, 1);
        }
    }
};

/* The same, with two owners who do nothing but that. */
struct puts_used_again_by_two : queue_stage<puts_used_again_by_two, 2> {
    void thread(unsigned index) {
        for (uint64_t round = 0; round < 4; round++) {
            round_of(index, round);
            help(1 - index);
            read_all();
        }
    }
};

/* Threads stop for ever, each at some step; the others are not held up, and nothing of what they
 * put is lost. Who stops while it reads keeps what it read. */
struct puts_stopped : queue_stage<puts_stopped, 3> {
    void thread(unsigned index) {
        try {
            stops_in[index] = index == 2 ? 0 : 1 + rl::rand(64);
            for (uint64_t round = 0; round < 2; round++) {
                round_of(index, round);
                help((index + 1) % 3);
            }
            stops_in[index] = 0;
        } catch (const stopped_for_ever &) {
        }
        if (index == 2)
            read_all();
    }
};

/* Two put one and the same; and one puts another behind it. For every execution. */
struct one_entry_put_by_two : queue_stage<one_entry_put_by_two, 2> {
    uint32_t number;
    void begin() {
        number = prepare(0, 0);
        offer(0, 0, number);
    }
    void thread(unsigned index) {
        put(0, 0, number, index == 0);
        if (index == 1)
            round_of(1, 0);
        else
            read_all();
    }
};

} // namespace model

#define QUEUE_SCENES                                                                               \
    SCENE(puts_against_puts), SCENE(puts_used_again), SCENE(puts_used_again_by_two),               \
        SCENE(puts_stopped)
#define QUEUE_SEARCHED SCENE(one_entry_put_by_two)

#endif
