/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tag=value lists (RFC 6376 section 3.2), as DKIM and ARC fields and key records are written. */
#ifndef SMI_MAILAUTH_TAGLIST_H
#define SMI_MAILAUTH_TAGLIST_H

#include "mailauth/text.h"

enum { SMI_TAGS_MAX = 64 };

struct smi_tag {
    struct smi_span name;
    struct smi_span value; /* without white space around it */
    struct smi_span raw;   /* all between "=" and ";" */
};

struct smi_taglist {
    size_t count;
    struct smi_tag tags[SMI_TAGS_MAX];
};

/* Reads a list strictly: NULL, or what is wrong with it (static text). */
const char *smi_taglist_read(struct smi_taglist *list, struct smi_span text);

/* A tag by its name, which counts in its case; NULL if the list hasn't got it. */
const struct smi_tag *smi_taglist_get(const struct smi_taglist *list, const char *name);

/* Takes one tag off a list whose errors are to be passed over. False at the end; a piece that is no
 * tag has an empty name. */
bool smi_tag_next(struct smi_span *rest, struct smi_tag *tag);

#endif
