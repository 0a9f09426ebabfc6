/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The state of the driver on libunbound. */
#ifndef SMI_DNS_UB_STATE_H
#define SMI_DNS_UB_STATE_H

#include "dns/resolver.h"

#include <unbound.h>

struct smi_unbound {
    struct ub_ctx *ctx;
    struct smi_dns_name *anchors; /* zones with a trust anchor */
    size_t anchor_count, anchor_room;
    struct smi_dns_name *zones; /* with a server of their own, but the root */
    size_t zone_count, zone_room;
    bool started;      /* the settings are libunbound's */
    bool has_upstream; /* the root has one: others decide about private addresses */
};

/* Records SECMAIL_E_DNS_DRIVER with libunbound's words, or SECMAIL_E_NOMEM. */
int smi_unbound_fail(struct secmail_dns *dns, const char *what, int error);

/* Adds a name to one of the lists above. */
int smi_unbound_note(struct secmail_dns *dns, struct smi_dns_name **list, size_t *count,
                     size_t *room, const struct smi_dns_name *name);

#endif
