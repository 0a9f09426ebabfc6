/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The reader of a message's content (RFC 9580 section 10.3): one literal data packet, which may be
 * signed and compressed, in any order and depth that the limits allow. It gives the literal's bytes
 * and a verdict for each signature; encryption is the business of the openpgp module, which puts
 * its source below this reader.
 */
#ifndef SMI_VERIFY_CONTENT_H
#define SMI_VERIFY_CONTENT_H

#include "verify/compressed.h"
#include "verify/judge.h"
#include "verify/literal.h"
#include "verify/one_pass.h"

struct smi_layer; /* a compressed packet that is open */
struct smi_slot;  /* a signature that is announced or came first */

struct smi_content {
    struct secmail_context *context;
    struct smi_judge *judge;    /* NULL: signatures are not hashed and get no verdicts */
    struct smi_buf *signatures; /* where they are collected as packets, or NULL */
    struct smi_source *base;
    struct smi_layer *top; /* innermost layer, or NULL */
    size_t depth;
    enum { SMI_AT_HEADER, SMI_IN_PACKET, SMI_IN_LITERAL, SMI_CONTENT_DONE } state;
    struct smi_body_source packet;
    bool literal_seen;
    struct smi_literal_fields literal;
    bool lf_wanted; /* by the caller: text comes out with line ends LF */
    bool to_lf;     /* this literal does */
    bool held_cr;   /* a CR that is dropped if an LF follows */
    uint64_t packets, plaintext;
    uint64_t outer_packets; /* those around the content, which count in the same limit */
    struct smi_slot *slots;
    size_t slot_count, slot_room;
};

SMI_SHARED void smi_content_open(struct smi_content *c, struct secmail_context *context,
                                 struct smi_judge *judge, struct smi_source *base);
SMI_SHARED void smi_content_close(struct smi_content *c);

/*
 * Reads on. SECMAIL_DONE once the content is complete and its verdicts are with the judge;
 * SECMAIL_NEEDS_INPUT, SECMAIL_NEEDS_ROOM; SECMAIL_E_MALFORMED, _TRUNCATED, _CRITICAL_PACKET,
 * _UNSUPPORTED_ALGORITHM, _NO_DATA (there is no packet at all), and limits.
 */
SMI_SHARED int smi_content_read(struct smi_content *c, struct secmail_output *out);

/*
 * For a caller that has all of the content in one buffer and takes over that memory: reads the
 * whole literal at once and leaves it where it is. *data stays NULL if the literal is not in one
 * piece; it is then read as usual. Codes as above.
 */
SMI_SHARED int smi_content_take(struct smi_content *c, const uint8_t **data, size_t *size);

/*
 * More plaintext is there, behind "given" bytes: cuts *size to what the limit leaves of it. So the
 * same bytes come out before SECMAIL_E_LIMIT_PLAINTEXT_SIZE, whatever the windows.
 */
int smi_cap_plaintext(struct secmail_context *context, uint64_t given, size_t *size);

#endif
