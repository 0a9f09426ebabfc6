/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a trusted sealer says that it found. */
#ifndef SMI_MAILAUTH_ARC_RESULTS_H
#define SMI_MAILAUTH_ARC_RESULTS_H

#include "mailauth/object.h"

/* Is the chain intact, its newest seal of a trusted domain, and did that sealer see DMARC pass? */
bool smi_arc_vouches(struct secmail_mailauth *m);

/* Takes "i=1;" off an ARC-Authentication-Results value; 0 if it isn't there. */
uint32_t smi_arc_take_instance(struct smi_span *value);

#endif
