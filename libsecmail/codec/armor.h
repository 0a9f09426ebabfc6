/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ASCII armor, streaming, both ways (RFC 9580 section 6).
 *
 *     bytes -> base64 in 64-column lines between a BEGIN and an END line, and back
 *
 * Both are pumps between two windows, with the statuses of <secmail/core.h>. The decoder reads what
 * other programs wrote (text before the block, CR LF, blank characters at line ends, any headers,
 * with or without checksum); the encoder writes no headers and, as RFC 9580 wants, no checksum
 * unless asked. It is not the cleartext signature framework.
 */
#ifndef SMI_CODEC_ARMOR_H
#define SMI_CODEC_ARMOR_H

#include "core/context.h"
#include "core/stream.h"

enum smi_armor_kind {
    SMI_ARMOR_NONE = 0,
    SMI_ARMOR_MESSAGE,     /* PGP MESSAGE */
    SMI_ARMOR_PUBLIC_KEY,  /* PGP PUBLIC KEY BLOCK */
    SMI_ARMOR_PRIVATE_KEY, /* PGP PRIVATE KEY BLOCK */
    SMI_ARMOR_SIGNATURE,   /* PGP SIGNATURE */
    SMI_ARMOR_FILE,        /* PGP ARMORED FILE: GnuPG's for anything; read only */
};

/* "PGP MESSAGE", ...; NULL for a kind that has no name. */
const char *smi_armor_name(enum smi_armor_kind kind);

/* Is this the beginning of armor (or of text that may hold some), not of binary packets? Every
 * packet begins with a byte whose top bit is set (RFC 9580 section 4.2). */
static inline bool smi_looks_armored(uint8_t first)
{
    return !(first & 0x80);
}

/* The encoder. Its structure is private to armor.c, but of fixed size so that it can be embedded.
 */
struct smi_armor {
    enum smi_armor_kind kind;
    bool checksum; /* write the optional CRC-24 line */
    int state;
    uint8_t pending[48]; /* input of a line that is not full yet */
    size_t pending_size;
    char line[96]; /* text that waits for room */
    size_t line_pos, line_size;
    uint32_t crc;
};

/* A checksum must not be written for version 6 keys and signatures and for SEIPDv2 (RFC 9580
 * section 6.1), and is wanted otherwise: GnuPG 2.2 reads no block that has neither checksum nor
 * padding. */
void smi_armor_init(struct smi_armor *a, enum smi_armor_kind kind, bool checksum);

/* SECMAIL_NEEDS_INPUT, SECMAIL_NEEDS_ROOM, or SECMAIL_DONE once `end` was set and all is written.
 */
int smi_armor_update(struct smi_armor *a, struct secmail_input *in, struct secmail_output *out,
                     bool end);

/* Upper bound of what `size` bytes become, all lines included. */
size_t smi_armor_bound(size_t size);

/* The decoder; private like the encoder, but for `kind`. */
struct smi_dearmor {
    struct secmail_context *context;
    enum smi_armor_kind kind; /* SMI_ARMOR_NONE until the BEGIN line was read */
    int state;
    char line[256];       /* beginning of a BEGIN, header or END line */
    size_t line_size;     /* characters in `line` */
    size_t line_bytes;    /* bytes of the line so far */
    bool line_cut;        /* more text than `line` holds */
    uint64_t line_number; /* counted from 1 */
    size_t header_size;   /* bytes of header lines, against SECMAIL_LIMIT_ARMOR_HEADER_SIZE */
    int column;           /* what a line of base64 has had so far */
    char quad[4];         /* base64 characters of an incomplete group */
    size_t quad_size;
    size_t padding;  /* '=' of an incomplete group */
    uint8_t tail[3]; /* decoded bytes that wait for room */
    size_t tail_pos, tail_size;
};

void smi_dearmor_init(struct smi_dearmor *d, struct secmail_context *context);

/* For a block whose BEGIN line, of this kind, was read already; the next line has that number. */
void smi_dearmor_init_inside(struct smi_dearmor *d, struct secmail_context *context,
                             enum smi_armor_kind kind, uint64_t line_number);

/*
 * Decodes one block. SECMAIL_DONE after its END line; what follows it stays in `in` (another block
 * is read with a fresh decoder). Errors, recorded on the context:
 * SECMAIL_E_NO_DATA: the input ended and had no BEGIN line;
 * SECMAIL_E_ARMOR: a BEGIN line of another kind of PGP data, no END line, an END of another kind, a
 * header line that is none, bad characters, data behind the padding, text inside; a wrong or
 * malformed CRC-24 line is ignored, as RFC 9580 section 6.1 demands;
 * SECMAIL_E_LIMIT_ARMOR_HEADER_SIZE;
 * SECMAIL_E_STATE: the decoder has failed before.
 * The windows may be of any size, down to a byte: the result is the same.
 */
int smi_dearmor_update(struct smi_dearmor *d, struct secmail_input *in, struct secmail_output *out,
                       bool end);

#endif
