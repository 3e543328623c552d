/* SPDX-License-Identifier: Apache-2.0
 *
 * One side of a match: a call is made of the engine or of the model, and its answer brought into an
 * outcome. For versus*.c only. */
#ifndef SELLABLE_TESTS_VERSUS_SIDE_H
#define SELLABLE_TESTS_VERSUS_SIDE_H

#include "model.h"
#include "outcome.h"

struct side {
    struct sellable *engine; /* NULL: it is the model's */
    struct sellable_worker *worker;
    struct model *model;
    struct handles handles;
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
