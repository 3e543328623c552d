/* SPDX-License-Identifier: Apache-2.0
 *
 * The atomics, all of them: the only file that includes <stdatomic.h>.
 *
 * Every word that two threads may touch is a sbl_word. Memory order is part of an operation's name.
 * An operation that orders anything names its edge, in capitals, as its first argument: what the
 * releasing end makes visible is seen by whoever reads it at the acquiring end. A compare-and-swap,
 * an addition and an exchange are both ends. A check finds both ends of every edge below.
 *
 *   HEADER    a line's header: whoever reads it sees the record that it names, the blocks that the
 *             line's words refer to, and every earlier change of the line
 *   WORD      a line's word: stored in place only under a mark, so whoever reads a new one finds
 *             the mark, or a later header, when it looks at the header again
 *   RECORD    a record's word: rewritten only after no header names it; so whoever reads a new one
 *             finds the header changed when it looks again
 *   BLOCK     a block's word: the same, for blocks that no line refers to any more
 *   STATUS    a transaction's verdict: whoever reads it sees the plan that was decided on; the
 *             owner, in deciding, sees who helps; a settings change, in sending back, hands over
 *             itself
 *   HELPING   which transaction a worker helps with: the owner reuses nothing of it meanwhile
 *   SLAB      the address of a slab or segment: whoever reads it sees its memory
 *   STACK     blocks on their way from one worker to another: the taker sees the giver done with
 *   them
 *   WORKER    a worker's hand-over from one call to the next
 *   COUNT     how many of something exist: whoever reads it sees their memory
 *   RECENT    a stamp over a row that is about to change: whoever sees that change by way of the
 *             world's stamp sees the mark (recent.h)
 *   TIMER     a hint put on the wheel: whoever reads the slot sees the hint; and how far the wheel
 *             is drained: whoever reads that sees all that was due done
 *   ENTRY     a link or a position of a log entry: whoever reads it sees the payloads of all that
 *             are linked up to there; or, of an entry used again, finds the tail moved when it looks
 *             again (entry.h)
 *   TAIL      how far the queue of log entries is known: whoever reads it sees all up to there with
 *             their positions
 *   CONSUMED  how far it is read: the owner uses nothing again that the committer still looks at
 *   LOG       how far the log is durable, what room it has, whether it failed (journal.h): whoever
 *             reads it sees all that led there
 *
 * There is no fence: ThreadSanitizer does not understand fences. Sequential consistency is nowhere
 * needed: where two threads each write one word and read the other's, one of the two is a
 * read-modify-write of a word that both of them change. */
#ifndef SBL_ATOMIC_H
#define SBL_ATOMIC_H

#ifdef SBL_ATOMIC_HEADER /* a model checker brings its own */
#include SBL_ATOMIC_HEADER
#else

#include <assert.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct sbl_word {
    _Atomic uint64_t value;
} sbl_word;

static_assert(sizeof(sbl_word) == 8, "a word is 8 bytes");

/* In a build with SBL_STEPS a test is told of every atomic step before it is taken: it stops a
 * thread there, or delays it. */
#ifdef SBL_STEPS
void sbl_step(const char *file, int line);
#define SBL_STEP() sbl_step(__FILE__, __LINE__)
#else
#define SBL_STEP() ((void)0)
#endif

#define sbl_load(word) (SBL_STEP(), atomic_load_explicit(&(word)->value, memory_order_relaxed))
#define sbl_store(word, new_value)                                                                 \
    (SBL_STEP(), atomic_store_explicit(&(word)->value, (new_value), memory_order_relaxed))
#define sbl_load_acquire(EDGE, word)                                                               \
    (SBL_STEP(), atomic_load_explicit(&(word)->value, memory_order_acquire))
#define sbl_store_release(EDGE, word, new_value)                                                   \
    (SBL_STEP(), atomic_store_explicit(&(word)->value, (new_value), memory_order_release))
#define sbl_cas(EDGE, word, expected, desired)                                                     \
    (SBL_STEP(),                                                                                   \
     atomic_compare_exchange_strong_explicit(&(word)->value, (expected), (desired),                \
                                             memory_order_acq_rel, memory_order_acquire))
#define sbl_count(word, amount)                                                                    \
    (SBL_STEP(), atomic_fetch_add_explicit(&(word)->value, (amount), memory_order_relaxed))

static inline void sbl_pause(void) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

#endif
#endif
