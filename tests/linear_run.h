/* SPDX-License-Identifier: Apache-2.0
 *
 * For test_linear*: a program (linear_program.h) is run on an engine of its own, by fibers or
 * threads (interleave.h), and all that was answered becomes a history (linear.h). One at a time. */
#ifndef SELLABLE_TESTS_LINEAR_RUN_H
#define SELLABLE_TESTS_LINEAR_RUN_H

#include "linear_log.h"
#include "linear_views.h"

#include <time.h>

/* ---- what was answered, as figures ----------------------------------------------------------- */

static inline void put_plan(struct linear_answer *answer, const struct raw *raw) {
    put(answer, raw->answer.date);
    for (uint32_t i = 0; i < raw->answer.plan_count; i++) {
        put(answer, item_number(raw->plan[i].item.id));
        put(answer, location_number(raw->plan[i].location.id));
        put(answer, raw->plan[i].quantity);
        put(answer, raw->plan[i].backordered);
    }
}

static inline void put_explanation(struct linear_answer *answer, const struct raw *raw) {
    const struct sellable_explanation *all = &raw->explanation;
    const int64_t head[] = {all->now,   all->date,   all->promisable, all->published, all->level,
                            all->share, all->closed, all->pool,       all->buffer,    all->room};
    put_all(answer, head, COUNT_OF(head));
    for (uint32_t i = 0; i < all->term_count; i++) {
        const struct sellable_term *term = &raw->terms[i];
        const int64_t terms[] = {location_number(term->location.id),
                                 term->on_hand,
                                 term->held,
                                 term->allocated,
                                 term->reserved,
                                 term->safety_stock,
                                 term->net,
                                 term->supply,
                                 term->demand,
                                 term->promised,
                                 term->projected,
                                 term->low,
                                 term->free,
                                 term->fenced,
                                 term->backordered,
                                 term->shared,
                                 term->fence,
                                 term->own,
                                 term->seen,
                                 term->waiting};
        put_all(answer, terms, COUNT_OF(terms));
    }
}

static inline void put_cell(struct linear_answer *answer, const struct raw *raw) {
    const struct sellable_cell *cell = &raw->cell;
    put(answer, cell->on_hand);
    put_all(answer, cell->held, LINEAR_HOLDS);
    const int64_t rest[] = {cell->allocated,    cell->reserved, cell->backordered,
                            cell->safety_stock, cell->net,      cell->free,
                            cell->shared,       cell->short_};
    put_all(answer, rest, COUNT_OF(rest));
    for (uint32_t i = 0; i < cell->fence_count && i < LINEAR_CHANNELS; i++) {
        put(answer, channel_number(raw->fences[i].channel.id));
        put(answer, raw->fences[i].quantity);
        put(answer, raw->fences[i].until);
    }
    for (uint32_t i = 0; i < cell->schedule_count && i < LINEAR_REFERENCES; i++) {
        const struct sellable_scheduled *entry = &raw->schedule[i];
        put(answer, number_of((struct sellable_key){entry->reference, entry->reference_size},
                              "rs"));
        put(answer, entry->quantity);
        put(answer, entry->due);
    }
    for (uint32_t i = 0; i < cell->promised_count && i < LINEAR_KEYS;) { /* a sum for each time */
        int64_t due = raw->promised[i].due, sum = 0;
        for (; i < cell->promised_count && i < LINEAR_KEYS && raw->promised[i].due == due; i++) {
            sum += raw->promised[i].quantity;
        }
        put(answer, due);
        put(answer, sum);
    }
}

static inline void put_order(struct linear_answer *answer, const struct raw *raw) {
    put(answer, raw->view.state);
    put(answer, channel_number(raw->view.channel.id));
    put(answer, raw->view.expires_at);
    put(answer, raw->view.date);
    for (uint32_t i = 0; i < raw->view.line_count; i++) {
        const struct sellable_order_line *line = &raw->lines[i];
        const int64_t figures[] = {item_number(line->item.id),
                                   location_number(line->location.id),
                                   line->reserved,
                                   line->allocated,
                                   line->shipped,
                                   line->released,
                                   line->dated,
                                   line->backordered};
        put_all(answer, figures, COUNT_OF(figures));
    }
}

static inline void put_exceptions(struct linear_answer *answer, const struct raw *raw) {
    for (uint32_t i = 0; i < raw->exceptions && i < LINEAR_EXCEPTIONS; i++) {
        put(answer, (int64_t)raw->exception[i].number);
        put(answer, raw->exception[i].status);
    }
}

static inline void put_done(struct linear_answer *answer, const struct linear_call *call,
                            const struct raw *raw) {
    switch (call->kind) {
    case LINEAR_ITEM_PUT:
        put(answer, item_number(raw->handle));
        break;
    case LINEAR_LOCATION_PUT:
        put(answer, location_number(raw->handle));
        break;
    case LINEAR_CHANNEL_PUT:
        put(answer, channel_number(raw->handle));
        break;
    case LINEAR_SOURCE_PUT:
        put(answer, number_of(sellable_source_key(run.engine,
                                                  (struct sellable_source){raw->handle}),
                              " pq"));
        break;
    case LINEAR_APPLY:
    case LINEAR_REPLAY:
        put(answer, raw->answer.variance);
        break;
    case LINEAR_SOURCE:
        put(answer, raw->source.has_seq);
        put(answer, raw->source.has_seq ? raw->source.seq : 0);
        put(answer, (int64_t)raw->source.gaps);
        break;
    case LINEAR_COUNTS:
        put(answer, (int64_t)raw->counts.kept);
        put(answer, (int64_t)raw->counts.last);
        put(answer, (int64_t)raw->counts.lost);
        break;
    case LINEAR_EXCEPTIONS_ASKED:
        put_exceptions(answer, raw);
        break;
    case LINEAR_RESERVE:
    case LINEAR_AMEND:
        put_plan(answer, raw);
        break;
    case LINEAR_NOW:
        put(answer, raw->now);
        break;
    case LINEAR_AVAILABLE:
        put(answer, raw->availability.promisable);
        put(answer, raw->availability.published);
        put(answer, raw->availability.level);
        break;
    case LINEAR_EXPLAIN:
        put_explanation(answer, raw);
        break;
    case LINEAR_CELL:
        put_cell(answer, raw);
        break;
    case LINEAR_ORDER:
        put_order(answer, raw);
        break;
    case LINEAR_VIEW:
        *answer = raw->seen;
        break;
    default: /* the status is all */
        break;
    }
}

/* As the specification tells it (linear.c). */
static inline void tell(struct linear_call *call, const struct raw *raw) {
    struct linear_answer *answer = &call->answer;
    bool supply = call->kind == LINEAR_APPLY || call->kind == LINEAR_REPLAY;
    bool names_line = call->kind < LINEAR_ADVANCE && !supply && call->kind != LINEAR_DISCARD;
    memset(answer, 0, sizeof *answer);
    answer->status = (int64_t)raw->status;
    if (raw->status == SELLABLE_OK) {
        put_done(answer, call, raw);
    } else if (raw->status == SELLABLE_DUPLICATE) {
        put_plan(answer, raw);
    } else if (raw->status == SELLABLE_CONFLICT && supply) {
        put(answer, raw->answer.actual);
    } else if (raw->status == SELLABLE_INSUFFICIENT) {
        for (uint32_t i = 0; i < raw->answer.misfit_count; i++) {
            put(answer, item_number(raw->misfits[i].item.id));
            put(answer, raw->misfits[i].asked);
            put(answer, raw->misfits[i].promisable);
        }
    } else if (names_line && raw->status != SELLABLE_CONFLICT &&
               raw->status != SELLABLE_OVERFLOW) {
        put(answer, raw->answer.line);
    }
    if ((call->kind == LINEAR_APPLY || call->as_event) && linear_is_kept(answer->status)) {
        put(answer, (int64_t)raw->answer.exception);
    }
}

/* A question for changes: what was told of each item, or that nothing was; and as the channel is
 * asked for by one thread, its position is the sum of the counts. */
static inline uint32_t tell_changes(struct linear_call *call, const struct raw *raw) {
    static const char *const trouble = "a question for changes";
    uint32_t count = 1;
    while (call[count - 1].goes_on) {
        count++;
    }
    for (uint32_t i = 0; i < count; i++) {
        struct linear_answer *answer = &call[i].answer;
        memset(answer, 0, sizeof *answer);
        answer->status = (int64_t)raw->status;
        call[i].told.published = run.told[call->channel][i].published;
        call[i].told.level = run.told[call->channel][i].level;
        if (raw->status == SELLABLE_OK) {
            put(answer, 0);
        }
    }
    if (raw->status != SELLABLE_OK) {
        return count;
    }
    run.position[call->channel] += raw->told.count;
    equal_at((int64_t)raw->told.position, (int64_t)run.position[call->channel], trouble, __FILE__,
             __LINE__);
    for (uint64_t n = 0; n < raw->told.count; n++) {
        const struct sellable_change *change = &raw->told.change[n];
        int64_t item = item_number(change->item.id);
        assert_in_range(item, 0, count - 1);
        struct linear_answer *answer = &call[item].answer;
        answer->figure[0]++;
        const int64_t figures[] = {change->promisable, change->published, change->level};
        put_all(answer, figures, COUNT_OF(figures));
        run.told[call->channel][item] = *change;
    }
    return count;
}

/* ---- one history ----------------------------------------------------------------------------- */

static inline void work(uint32_t thread) {
    const struct program *program = &run.program;
    if (thread == program->threads) {
        run_log_commit();
        return;
    }
    for (uint32_t i = program->set_up; i < program->end;) {
        bool mine = program->history.call[i].thread == thread;
        i += mine ? do_calls(i, run.worker[thread]) : 1;
    }
}

static inline void say_where(void) {
    fprintf(stderr, "seed %llu\n", (unsigned long long)run.program.seed);
}

static inline void release_workers(void) {
    for (uint32_t i = 0; i < INTERLEAVE_MOST; i++) {
        sellable_worker_release(run.worker[i]);
    }
}

/* What the engine has answered becomes figures. */
static inline void tell_calls(struct program *program, uint32_t from, uint32_t to) {
    for (uint32_t i = from; i < to;) {
        struct linear_call *call = &program->history.call[i];
        if (call->fate == LINEAR_NEVER_MADE) {
            i++;
        } else if (call->kind == LINEAR_CHANGES) {
            i += tell_changes(call, &run.raw[i]);
        } else {
            tell(call, &run.raw[i++]);
        }
    }
}

static inline void run_program(enum interleave_way way, uint64_t seed) {
    struct program *program = &run.program;
    arena_clear();
    program_draw(program, seed);
    struct sellable_options options = {.allocator = {NULL, arena_allocate, arena_release},
                                       .orders = program->orders,
                                       .retention = program->history.retention,
                                       .exceptions = (uint64_t)program->history.exceptions,
                                       .ahead = LINEAR_AHEAD};
    expect(run_log_open(&options), OK);
    interleave.stuck = say_where;
    atomic_store(&run.ticks, 0);
    memset(run.item, 0, sizeof run.item);
    memset(run.location, 0, sizeof run.location);
    memset(run.channel, 0, sizeof run.channel);
    memset(run.source, 0, sizeof run.source);
    for (uint32_t i = 0, done = 0; i < program->set_up; i += done) {
        const struct linear_call *call = &program->history.call[i];
        done = do_calls(i, NULL);
        uint32_t handle = run.raw[i].handle;
        if (call->kind == LINEAR_ITEM_PUT) {
            run.item[call->item] = handle;
        } else if (call->kind == LINEAR_LOCATION_PUT) {
            run.location[call->location] = handle;
        } else if (call->kind == LINEAR_CHANNEL_PUT) {
            run.channel[call->channel] = handle;
        } else if (call->kind == LINEAR_SOURCE_PUT) {
            run.source[call->event.source] = handle;
        }
    }
    for (uint32_t i = 0; i < INTERLEAVE_MOST; i++) {
        run.worker[i] = NULL;
        if (random_percent(&program->random, 50)) {
            expect(sellable_worker_acquire(run.engine, &run.worker[i]), OK);
        }
    }
    run_log_start(&program->random, program->end - program->set_up);
    interleave_run(way, seed, run_log_threads(program->threads), work);
    release_workers();
    run_log_crash();
    run_log_fates(program);
    memset(run.told, 0, sizeof run.told);
    memset(run.position, 0, sizeof run.position);
    tell_calls(program, 0, program->end);
    run_log_go_on();
    for (uint32_t i = program->end; i < program->history.count;) {
        i += do_calls(i, NULL);
    }
    tell_calls(program, program->end, program->history.count);
    sellable_close(run.engine);
    run_log_close();
}

#endif
