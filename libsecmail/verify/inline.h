/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Signed messages in any of their forms (RFC 9580 sections 7 and 10.3): binary packets, armored
 * packets, or cleartext. The reader gives their data and finds their signatures; who calls it
 * decides what may be given out, and when.
 */
#ifndef SMI_VERIFY_INLINE_H
#define SMI_VERIFY_INLINE_H

#include "verify/cleartext.h"
#include "verify/content.h"

struct smi_inline {
    struct secmail_context *context;
    struct smi_judge *judge;    /* of packets; NULL: they get no verdicts */
    struct smi_buf *signatures; /* of packets, collected; or NULL */
    uint64_t hold_limit;        /* for a line of cleartext */
    bool lf_wanted;             /* text literals come out with line ends LF */
    enum {
        SMI_INLINE_START,
        SMI_INLINE_TEXT, /* armor or cleartext */
        SMI_INLINE_PACKETS,
        SMI_INLINE_CLEARTEXT,
    } form;
    struct smi_window_source window;
    bool in_line; /* white space stands before what follows on its line */
    bool armored;
    struct smi_dearmor_source dearmor;
    struct smi_content content;
    struct smi_cleartext_source text; /* its signatures are given to no judge */
    uint64_t text_size;
};

void smi_inline_open(struct smi_inline *reader, struct secmail_context *context,
                     struct smi_judge *judge, struct smi_buf *signatures);
void smi_inline_close(struct smi_inline *reader);

/* Reads on. SECMAIL_DONE once the message is complete; the codes of smi_content_read(), and
 * SECMAIL_E_CLEARTEXT, _ARMOR, _ARMOR_KIND. */
int smi_inline_read(struct smi_inline *reader, struct secmail_input *in, struct secmail_output *out,
                    bool end);

#endif
