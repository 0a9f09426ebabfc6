/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The cleartext signature framework (RFC 9580 section 7), both ways: text that stays readable, with
 * armored signatures behind it. What is read is a source of the signed text and of nothing else.
 *
 * Readers of such a message see more than what is signed, so nothing may stand in it that could
 * pass for a part of the text: around the message, among its headers, or behind an unescaped dash.
 */
#ifndef SMI_VERIFY_CLEARTEXT_H
#define SMI_VERIFY_CLEARTEXT_H

#include "codec/utf8.h"
#include "verify/source.h"

#define SMI_CLEARTEXT_BEGIN "-----BEGIN PGP SIGNED MESSAGE-----"

/* ---------------------------------------------------------------- reading */

struct smi_cleartext_source {
    struct smi_made_source made; /* the signed text */
    struct smi_source *lower;
    int state;
    struct smi_buf line;  /* one that is not complete yet */
    uint64_t line_number; /* of that line, from 1 */
    uint64_t header_size; /* of the header lines so far */
    const char *line_end; /* of the last line; it belongs to the text if another line follows */
    struct smi_dearmor dearmor;
    struct smi_buf signatures; /* binary packets, complete when the source has ended */
};

void smi_cleartext_source_open(struct smi_cleartext_source *s, struct secmail_context *context,
                               struct smi_source *lower, uint64_t hold_limit);
void smi_cleartext_source_close(struct smi_cleartext_source *s);

/* ---------------------------------------------------------------- writing */

/* The text in the making, at the end of a buffer. The longest line is held in memory. */
struct smi_cleartext_writer {
    struct smi_buf *to;
    struct smi_buf line;
    struct smi_utf8 utf8;
    const char *line_end;
    /* Takes the signed text, piece by piece. */
    void (*hash)(void *user, const uint8_t *data, size_t size);
    void *user;
};

/* Writes the head. `hashes` are the algorithms for the Hash header, which older readers want; none
 * are needed for version 6 (section 6.2.2.3). */
SMI_SHARED void smi_cleartext_begin(struct smi_cleartext_writer *w, struct secmail_context *context,
                                    struct smi_buf *to, const uint8_t *hashes, size_t count);
/* SECMAIL_E_EXPECTED_TEXT, SECMAIL_E_NOMEM. */
SMI_SHARED int smi_cleartext_put(struct secmail_context *context, struct smi_cleartext_writer *w,
                                 const uint8_t *text, size_t size);
/* Ends the text; the armored signatures must follow. */
SMI_SHARED int smi_cleartext_end(struct secmail_context *context, struct smi_cleartext_writer *w);
SMI_SHARED void smi_cleartext_close(struct smi_cleartext_writer *w);

#endif
