/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Domain names as they are asked for and compared: lower case, A-labels, no final dot. A label's
 * bytes stand for themselves, so a name that SPF macros make may hold any byte but a dot and a NUL.
 */
#ifndef SMI_MAILAUTH_DOMAIN_H
#define SMI_MAILAUTH_DOMAIN_H

#include "mailauth/text.h"

enum { SMI_DOMAIN_MAX = 253, SMI_LABEL_MAX = 63 };

struct smi_domain {
    uint8_t size; /* without the NUL; 0 for no name */
    char text[SMI_DOMAIN_MAX + 1];
};

static inline struct smi_span smi_domain_span(const struct smi_domain *d)
{
    return smi_span(d->text, d->size);
}

/*
 * Reads a name, with or without a final dot: U-labels (RFC 5890) become A-labels, letters lower
 * case. False for what can't be asked for: no label, an empty or too long one, more than 253 bytes,
 * a NUL, or non-ASCII bytes that aren't UTF-8.
 */
bool smi_domain_read(struct smi_domain *d, struct smi_span text);

/* The same for names that hosts have: letters, digits, hyphens and underscores only. */
bool smi_domain_read_host(struct smi_domain *d, struct smi_span text);

/* `prefix` and `d` with a dot between them; false when that is too long. */
bool smi_domain_join(struct smi_domain *out, struct smi_span prefix, const struct smi_domain *d);

size_t smi_domain_labels(const struct smi_domain *d);

/* The last `count` labels: a pointer into the text; all of it if there are fewer. */
const char *smi_domain_last(const struct smi_domain *d, size_t count);

bool smi_domain_same(const struct smi_domain *a, const struct smi_domain *b);

/* Is `d` the same as `top` or a name below it? */
bool smi_domain_is_under(const struct smi_domain *d, const struct smi_domain *top);

#endif
