/* SPDX-License-Identifier: Apache-2.0
 *
 * Does a log have the changes of each line in their order? A header's tag rises with every change,
 * so it has to rise along the log; a change that stands behind one that was built on it shows,
 * though the end of the log may be right again. */
#ifndef SELLABLE_TESTS_LOG_ORDER_H
#define SELLABLE_TESTS_LOG_ORDER_H

#include "memory_log.h"

#include "frame.h"
#include "log_record.h"

enum { ORDER_LINES = 1 << 12 };

/* Zeroes, at the beginning of a log. */
struct log_order {
    uint64_t position; /* that was looked at last */
    uint32_t lines;
    struct {
        struct sbl_name name;
        uint64_t header; /* 0: the place is free */
    } line[ORDER_LINES];
};

static inline bool log_order_line(void *context, const struct sbl_log_line *line) {
    struct log_order *order = context;
    uint32_t place = line->name.kind * 331 + line->name.number;
    for (;; place++) {
        uint32_t i = place % ORDER_LINES;
        bool is_new = order->line[i].header == 0;
        if (!is_new && (order->line[i].name.kind != line->name.kind ||
                        order->line[i].name.number != line->name.number))
            continue;
        if (!is_new && sbl_header_tag(line->header) <= sbl_header_tag(order->line[i].header))
            return false;
        order->lines += is_new;
        assert_true(order->lines < ORDER_LINES);
        order->line[i].name = line->name;
        order->line[i].header = line->header;
        return true;
    }
}

/* What is there behind what was looked at. NULL: all of it is in order. Nobody commits meanwhile. */
static inline const char *log_order_fault(struct log_order *order, const struct memory_log *log) {
    for (uint32_t i = 0; i < log->synced; i++) {
        const uint64_t *frame = log->batch[i].bytes, *record = frame + SBL_FRAME_HEAD;
        const uint64_t *end = frame + log->batch[i].size / sizeof *frame - SBL_FRAME_END;
        if (log->batch[i].position <= order->position)
            continue;
        for (uint32_t words; record < end; record += words) {
            words = sbl_log_record_check(record, (uint64_t)(end - record));
            if (words == 0)
                return "the log has what is no record";
            if (record[SBL_LOG_POSITION] != ++order->position)
                return "the log has a gap";
            if (!sbl_log_record_parts(record, order, log_order_line, NULL))
                return "a change stands in the log behind one that was built on it";
        }
    }
    return NULL;
}

#endif
