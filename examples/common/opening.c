/* SPDX-License-Identifier: Apache-2.0
 *
 * Of the library: sellable_recovery; sellable_status_name, sellable_status_text. */
#include "opening.h"

#include <stdio.h>

const char *why_not_open(const char *directory, enum sellable_status status,
                         const struct sellable_recovery *recovery, char buffer[OPENING_SIZE])
{
    const char *field = recovery->field != NULL ? recovery->field : "";
    const char *reason = recovery->reason != NULL && recovery->reason[0] != '\0'
                             ? recovery->reason
                             : sellable_status_text((int)status);
    snprintf(buffer, OPENING_SIZE, "%s: %s: %s", directory,
             field[0] != '\0' ? field : sellable_status_name((int)status), reason);
    return buffer;
}
