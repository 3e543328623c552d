/* SPDX-License-Identifier: Apache-2.0
 *
 * Of the library: sellable_worker_acquire, sellable_apply, sellable_worker_release. */
#include "send.h"

#include "clock.h"
#include "support.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct sender {
    pthread_t thread; /* of the first: not used, it is the caller's */
    size_t number;
    struct crew *crew;
    struct sellable_worker *worker;
};

/* All wait for each other before a shift, and after it. */
struct crew {
    struct sellable *engine;
    size_t threads;
    struct sender senders[SOURCE_COUNT];
    pthread_barrier_t barrier;
    struct record *records; /* of the shift; NULL: there is no further one */
    size_t count;
};

static void send_one(const struct sender *sender, struct record *record)
{
    struct sellable_answer answer = {0};
    record->status =
        sellable_apply(sender->crew->engine, sender->worker, &record->event, &answer);
    record->variance = answer.variance;
    record->exception = answer.exception;
}

static void send_share(const struct sender *sender)
{
    const struct crew *crew = sender->crew;
    for (size_t i = 0; i < crew->count; i++)
        if (message_forms[crew->records[i].message->kind].source % crew->threads == sender->number)
            send_one(sender, &crew->records[i]);
}

static void meet(struct crew *crew)
{
    if (crew->threads > 1)
        pthread_barrier_wait(&crew->barrier);
}

static void *work(void *context)
{
    const struct sender *sender = context;
    struct crew *crew = sender->crew;
    for (meet(crew); crew->records != NULL; meet(crew)) {
        send_share(sender);
        meet(crew);
    }
    return NULL;
}

struct crew *crew_hire(struct sellable *engine, size_t threads)
{
    struct crew *crew = allocate(1, sizeof *crew);
    crew->engine = engine;
    crew->threads = threads;
    int error = pthread_barrier_init(&crew->barrier, NULL, (unsigned)threads);
    for (size_t t = 0; t < threads && error == 0; t++) {
        struct sender *sender = &crew->senders[t];
        *sender = (struct sender){.number = t, .crew = crew};
        must(sellable_worker_acquire(engine, &sender->worker), "sellable_worker_acquire");
        if (t > 0)
            error = pthread_create(&sender->thread, NULL, work, sender);
    }
    if (error != 0)
        fail("%zu threads cannot be started: %s", threads, strerror(error));
    return crew;
}

void crew_dismiss(struct crew *crew)
{
    crew->records = NULL;
    meet(crew);
    for (size_t t = 0; t < crew->threads; t++) {
        if (t > 0)
            pthread_join(crew->senders[t].thread, NULL);
        sellable_worker_release(crew->senders[t].worker);
    }
    pthread_barrier_destroy(&crew->barrier);
    free(crew);
}

void crew_send(struct crew *crew, struct record *records, size_t count, int64_t *nanoseconds)
{
    int64_t began = nanoseconds_now();
    crew->records = records;
    crew->count = count;
    meet(crew);
    send_share(&crew->senders[0]);
    meet(crew);
    *nanoseconds += nanoseconds_now() - began;
}

void crew_send_in_order(struct crew *crew, struct record *records, size_t count,
                        int64_t *nanoseconds)
{
    int64_t began = nanoseconds_now();
    for (size_t i = 0; i < count; i++)
        send_one(&crew->senders[0], &records[i]);
    *nanoseconds += nanoseconds_now() - began;
}
