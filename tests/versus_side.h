/* SPDX-License-Identifier: Apache-2.0
 *
 * One side of a match: a call is made of the engine or of the model, and its answer brought into an
 * outcome. For versus*.c and twins.h. */
#ifndef SELLABLE_TESTS_VERSUS_SIDE_H
#define SELLABLE_TESTS_VERSUS_SIDE_H

#include "model.h"
#include "outcome.h"

/* A view: of the engine, or a model of its instant. */
struct viewed {
    struct sellable_view view;
    struct model *model; /* NULL: it is closed */
    struct sellable_key keys[ORDERS]; /* that were told of orders, and what they were then */
    uint32_t key_count;
    uint64_t keys_were;
};

struct side {
    struct sellable *engine; /* NULL: it is the model's */
    struct sellable_worker *worker;
    struct model *model;
    struct handles handles;
    uint32_t others;  /* the engine's first items, which the model does not know; */
    uint32_t counted; /* and how many of them it has counted */
    struct viewed views[VIEWS];
    uint64_t positions[THINGS]; /* of channels: in the latest answers */
    struct side *other; /* a fork, or the original, that is kept beside; or NULL */
    const struct sellable_allocator *allocator; /* the test's own, which a fork may have */
};

/* Of the engine where there is one, else of the model: a change, and a question. */
#define CALL_SIDE(SIDE, NAME, ...)                                                                 \
    ((SIDE)->engine ? sellable_##NAME((SIDE)->engine, (SIDE)->worker, __VA_ARGS__)                 \
                    : model_##NAME((SIDE)->model, __VA_ARGS__))
#define ASK_SIDE(SIDE, NAME, ...)                                                                  \
    ((SIDE)->engine ? sellable_##NAME((SIDE)->engine, __VA_ARGS__)                                 \
                    : model_##NAME((SIDE)->model, __VA_ARGS__))

/* The number of an exception that a call names; and all there is to one, or to several. */
uint64_t side_exception_number(struct side *side, const struct call *call);
void side_ask_exceptions(struct side *side, const struct call *call, struct outcome *outcome);

void side_make(struct side *side, const struct call *call, struct outcome *outcome);

/* Those of side_make that are questions; false: it is none. */
bool side_ask(struct side *side, const struct call *call, struct outcome *outcome);
void side_add_availability(struct outcome *outcome,
                           const struct sellable_availability *availability);

/* Those of side_make that are about changes, shortages and figures, and about views and forks;
 * false: it is none. */
bool side_tell(struct side *side, const struct call *call, struct outcome *outcome);
bool side_look(struct side *side, const struct call *call, struct outcome *outcome);

/* So many items of the engine alone, before all others, that are never told, since they are closed
 * everywhere. False: they were not made, or not with the first numbers. */
bool side_make_others(struct side *engine, uint32_t count);

/* Everything that it opened, and what it keeps beside. */
void side_close(struct side *side);

/* What the engine names as binding an answer to a question, and where, as a number. */
struct bound {
    bool told;
    uint32_t binds;
    int64_t location;
    int64_t missing;
    int64_t published;
};
struct bound side_ask_bound(struct side *engine, const struct call *call);

#endif
