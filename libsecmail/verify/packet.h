/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Packet framing (RFC 9580 section 4): headers read and written, old format and new. What is in a
 * packet is the business of the file of that packet type. */
#ifndef SMI_VERIFY_PACKET_H
#define SMI_VERIFY_PACKET_H

#include "core/bytes.h"
#include "core/context.h"

enum smi_tag { /* RFC 9580 section 5 */
               SMI_TAG_NONE = 0,
               SMI_TAG_PKESK = 1,
               SMI_TAG_SIGNATURE = 2,
               SMI_TAG_SKESK = 3,
               SMI_TAG_ONE_PASS = 4,
               SMI_TAG_SECRET_KEY = 5,
               SMI_TAG_PUBLIC_KEY = 6,
               SMI_TAG_SECRET_SUBKEY = 7,
               SMI_TAG_COMPRESSED = 8,
               SMI_TAG_SED = 9,
               SMI_TAG_MARKER = 10,
               SMI_TAG_LITERAL = 11,
               SMI_TAG_TRUST = 12,
               SMI_TAG_USER_ID = 13,
               SMI_TAG_PUBLIC_SUBKEY = 14,
               SMI_TAG_USER_ATTRIBUTE = 17,
               SMI_TAG_SEIPD = 18,
               SMI_TAG_MDC = 19,
               SMI_TAG_LIBREPGP_AEAD = 20,
               SMI_TAG_PADDING = 21,
               SMI_TAG_FIRST_NON_CRITICAL =
                   40, /* section 4.3: from here on, unknown packets are ignored */
};

enum smi_length_kind {
    SMI_LENGTH_DEFINITE,
    SMI_LENGTH_PARTIAL,       /* `length` is that of the first part */
    SMI_LENGTH_INDETERMINATE, /* old format: until the end of what holds the packet */
};

struct smi_packet {
    uint8_t tag;
    uint8_t header_size;
    enum smi_length_kind kind;
    uint32_t length;
};

enum { SMI_HEADER_MAX = 6 };

/* Is it ignored wherever it stands (sections 4.3, 5.8, 5.10 and 5.14)? */
static inline bool smi_tag_is_ignored(uint8_t tag)
{
    return tag == SMI_TAG_MARKER || tag == SMI_TAG_PADDING || tag == SMI_TAG_TRUST ||
           tag >= SMI_TAG_FIRST_NON_CRITICAL;
}

/* "signature packet": for messages. */
SMI_SHARED const char *smi_tag_name(uint8_t tag);

/* Bytes of a packet header that begins with these two (`second` may be 0 if there is no second
 * byte); 0 if this is not the beginning of a packet. */
SMI_SHARED size_t smi_header_size(uint8_t first, uint8_t second);

/* Decodes a whole header of smi_header_size() bytes. */
SMI_SHARED struct smi_packet smi_header_decode(const uint8_t *header);

/* Bytes of a new-format length that begins with `first`, and its value. */
SMI_SHARED size_t smi_length_size(uint8_t first);
SMI_SHARED enum smi_length_kind smi_length_decode(const uint8_t *bytes, uint32_t *length);

/*
 * Takes the next packet out of bytes in memory: packets that must be whole. At the end of `in`,
 * packet->tag is SMI_TAG_NONE. SECMAIL_E_MALFORMED, SECMAIL_E_TRUNCATED,
 * SECMAIL_E_LIMIT_PACKET_SIZE.
 */
SMI_SHARED int smi_packet_next(struct secmail_context *context, struct smi_cursor *in,
                               struct smi_packet *packet, struct smi_cursor *body);

/* New-format headers. */
SMI_SHARED void smi_put_header(struct smi_buf *b, uint8_t tag, size_t size);
SMI_SHARED void smi_put_length(struct smi_buf *b, size_t size);
SMI_SHARED void smi_put_packet(struct smi_buf *b, uint8_t tag, const uint8_t *body, size_t size);

/*
 * Should armor around these packets have a checksum? RFC 9580 section 6.1 forbids it for what only
 * its own readers can use (version 6 packets, SEIPDv2); GnuPG can't read armor without one in some
 * cases. Decided by the version of the first packet: SMI_CHECKSUM_PREFIX bytes suffice.
 */
enum { SMI_CHECKSUM_PREFIX = SMI_HEADER_MAX + 1 };
SMI_SHARED bool smi_wants_checksum(const uint8_t *packets, size_t size);

/*
 * OpenPGP data as a caller gives it, armored or binary, as binary packets. Several armored blocks
 * one after the other are joined. `kinds` is a set of (1 << enum smi_armor_kind) that are taken.
 */
struct smi_binary {
    const uint8_t *data;
    size_t size;
    struct smi_buf decoded; /* empty when the data was binary already */
};

SMI_SHARED int smi_binary_open(struct secmail_context *context, struct smi_binary *binary,
                               const uint8_t *data, size_t size, uint32_t kinds);
SMI_SHARED void smi_binary_close(struct smi_binary *binary);

#endif
