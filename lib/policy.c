/* SPDX-License-Identifier: Apache-2.0
 *
 * See policy.h. */
#include "policy.h"

static uint64_t with_bits(uint64_t word, uint32_t shift, uint64_t mask, uint64_t value) {
    return (word & ~(mask << shift)) | (value & mask) << shift;
}

struct sbl_image sbl_channel_with(const struct sbl_image *channel,
                                  const struct sellable_policy *policy, uint32_t route,
                                  uint64_t mask) {
    struct sbl_image image = *channel;
    uint64_t form = image.word[SBL_CHANNEL_FORM];
    uint32_t set = policy->set, both = policy->set | policy->unset;
    if ((form & SBL_CHANNEL_EXISTS) == 0) {
        form = SBL_CHANNEL_EXISTS | (uint64_t)SELLABLE_SHARE_ALL << 16;
        image.word[SBL_CHANNEL_MASK] = UINT64_MAX;
    }
    if ((both & SELLABLE_CLOSED) != 0)
        form = with_bits(form, 1, 1, (set & SELLABLE_CLOSED) != 0 ? policy->closed : 0);
    if ((both & SELLABLE_SOURCING) != 0)
        form = with_bits(form, 8, 0xff, (set & SELLABLE_SOURCING) != 0 ? policy->sourcing : 0);
    if ((both & SELLABLE_SHARE) != 0)
        form = with_bits(form, 16, 0xffff,
                         (set & SELLABLE_SHARE) != 0 ? (uint64_t)policy->share
                                                     : SELLABLE_SHARE_ALL);
    if ((both & SELLABLE_PRECEDENCE) != 0)
        form = with_bits(form, 32, UINT32_MAX,
                         (set & SELLABLE_PRECEDENCE) != 0 ? (uint32_t)policy->precedence : 0);
    if ((both & SELLABLE_BUFFER) != 0)
        image.word[SBL_CHANNEL_BUFFER] =
            (set & SELLABLE_BUFFER) != 0 ? (uint64_t)policy->buffer : 0;
    if ((both & SELLABLE_LOCATIONS) != 0) {
        bool names = (set & SELLABLE_LOCATIONS) != 0;
        form = with_bits(form, 2, 1, names);
        image.word[SBL_CHANNEL_ROUTE] = names ? route : 0;
        image.word[SBL_CHANNEL_MASK] = names ? mask : UINT64_MAX;
    }
    image.word[SBL_CHANNEL_FORM] = form;
    return image;
}

const char *sbl_policy_fault(const struct sellable_policy *policy, const char **reason) {
    uint32_t set = policy->set;
    if ((set & ~(uint32_t)SELLABLE_SETTINGS_ALL) != 0) {
        *reason = "a bit is no setting";
        return "set";
    }
    if ((policy->unset & (~(uint32_t)SELLABLE_SETTINGS_ALL | set)) != 0) {
        *reason = "a bit is no setting, or is set as well";
        return "unset";
    }
    if ((set & SELLABLE_LOCATIONS) != 0 &&
        (policy->location_count > SELLABLE_LOCATIONS_MAX ||
         (policy->location_count != 0 && policy->locations == NULL))) {
        *reason = "at most 65,535 locations, and where they are";
        return "locations";
    }
    if ((set & SELLABLE_SOURCING) != 0 && policy->sourcing != SELLABLE_SPLIT) {
        *reason = "no such sourcing";
        return "sourcing";
    }
    if ((set & SELLABLE_SHARE) != 0 && (policy->share < 0 || policy->share > SELLABLE_SHARE_ALL)) {
        *reason = "0 to 10,000";
        return "share";
    }
    if ((set & SELLABLE_BUFFER) != 0 &&
        (policy->buffer < 0 || policy->buffer > SELLABLE_QUANTITY_MAX)) {
        *reason = "0 to 10^15";
        return "buffer";
    }
    if ((set & SELLABLE_PRECEDENCE) != 0 && (policy->precedence < -SELLABLE_PRECEDENCE_MAX ||
                                             policy->precedence > SELLABLE_PRECEDENCE_MAX)) {
        *reason = "within +-1,000,000";
        return "precedence";
    }
    if ((set & SELLABLE_CLOSED) != 0 && policy->closed > 1) {
        *reason = "0 or 1";
        return "closed";
    }
    return NULL;
}
