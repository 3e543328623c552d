/* SPDX-License-Identifier: Apache-2.0
 *
 * Names and texts, made from the lists in the public header. */
#include "base.h"

const char *sellable_version(void) { return SELLABLE_VERSION; }

const char *sellable_status_name(int status) {
    switch (status) {
#define SBL_CASE(NAME, NUMBER, JSON, TEXT)                                                         \
    case NUMBER:                                                                                   \
        return JSON;
        SELLABLE_STATUSES(SBL_CASE)
#undef SBL_CASE
    default:
        return "unknown";
    }
}

const char *sellable_status_text(int status) {
    switch (status) {
#define SBL_CASE(NAME, NUMBER, JSON, TEXT)                                                         \
    case NUMBER:                                                                                   \
        return TEXT;
        SELLABLE_STATUSES(SBL_CASE)
#undef SBL_CASE
    default:
        return "unknown";
    }
}

const char *sellable_order_state_name(int state) {
    static const char *const names[] = {"unknown", "reserved", "allocated",
                                        "shipped", "expired",  "released"};
    return names[state >= SELLABLE_RESERVED && state <= SELLABLE_RELEASED ? state : 0];
}

const char *sellable_level_name(int level) {
    static const char *const names[] = {"none", "low", "ok"};
    return level >= 0 && level < (int)(sizeof names / sizeof *names) ? names[level] : "unknown";
}
