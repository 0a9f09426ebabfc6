/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Packet headers, and the step from armored or binary input to packets in memory. */
#include "packet.h"

#include "codec/armor.h"

const char *smi_tag_name(uint8_t tag)
{
    static const char *const names[] = {
        [SMI_TAG_NONE] = "reserved packet",
        [SMI_TAG_PKESK] = "public-key encrypted session key packet",
        [SMI_TAG_SIGNATURE] = "signature packet",
        [SMI_TAG_SKESK] = "symmetric-key encrypted session key packet",
        [SMI_TAG_ONE_PASS] = "one-pass signature packet",
        [SMI_TAG_SECRET_KEY] = "secret key packet",
        [SMI_TAG_PUBLIC_KEY] = "public key packet",
        [SMI_TAG_SECRET_SUBKEY] = "secret subkey packet",
        [SMI_TAG_COMPRESSED] = "compressed data packet",
        [SMI_TAG_SED] = "symmetrically encrypted data packet without integrity protection",
        [SMI_TAG_MARKER] = "marker packet",
        [SMI_TAG_LITERAL] = "literal data packet",
        [SMI_TAG_TRUST] = "trust packet",
        [SMI_TAG_USER_ID] = "user ID packet",
        [SMI_TAG_PUBLIC_SUBKEY] = "public subkey packet",
        [SMI_TAG_USER_ATTRIBUTE] = "user attribute packet",
        [SMI_TAG_SEIPD] = "symmetrically encrypted and integrity protected data packet",
        [SMI_TAG_MDC] = "modification detection code packet",
        [SMI_TAG_LIBREPGP_AEAD] = "LibrePGP encrypted data packet",
        [SMI_TAG_PADDING] = "padding packet",
    };
    const char *name = tag < sizeof names / sizeof names[0] ? names[tag] : NULL;
    return name ? name : "packet of unknown type";
}

size_t smi_length_size(uint8_t first)
{
    if (first < 192)
        return 1;
    if (first < 224)
        return 2;
    return first == 255 ? 5 : 1;
}

enum smi_length_kind smi_length_decode(const uint8_t *bytes, uint32_t *length)
{
    struct smi_cursor c = smi_cursor(bytes, smi_length_size(bytes[0]));
    const uint8_t first = smi_u8(&c);
    if (first >= 224 && first < 255) {
        *length = (uint32_t)1 << (first & 0x1f);
        return SMI_LENGTH_PARTIAL;
    }
    if (first < 192)
        *length = first;
    else if (first < 224)
        *length = (uint32_t)((first - 192) << 8) + smi_u8(&c) + 192;
    else
        *length = smi_u32(&c);
    return SMI_LENGTH_DEFINITE;
}

size_t smi_header_size(uint8_t first, uint8_t second)
{
    static const uint8_t old_sizes[4] = {2, 3, 5, 1};
    if (!(first & 0x80))
        return 0;
    return first & 0x40 ? 1 + smi_length_size(second) : old_sizes[first & 3];
}

static struct smi_packet old_header(const uint8_t *header)
{
    struct smi_packet p = {.tag = (header[0] >> 2) & 0x0f};
    p.header_size = (uint8_t)smi_header_size(header[0], 0);
    for (size_t i = 1; i < p.header_size; i++)
        p.length = p.length << 8 | header[i];
    p.kind = p.header_size == 1 ? SMI_LENGTH_INDETERMINATE : SMI_LENGTH_DEFINITE;
    return p;
}

struct smi_packet smi_header_decode(const uint8_t *header)
{
    if (!(header[0] & 0x40))
        return old_header(header);
    struct smi_packet p = {.tag = header[0] & 0x3f};
    p.header_size = (uint8_t)(1 + smi_length_size(header[1]));
    p.kind = smi_length_decode(header + 1, &p.length);
    return p;
}

static int next_header(struct secmail_context *context, struct smi_cursor *in,
                       struct smi_packet *packet)
{
    const uint8_t *at = in->data + in->pos;
    const size_t left = smi_left(in);
    const size_t size = smi_header_size(at[0], left > 1 ? at[1] : 0);
    if (!size)
        return smi_fail(context, SECMAIL_E_MALFORMED,
                        "a packet must begin with a byte that has its top bit set, not 0x%02x "
                        "(RFC 9580 section 4.2)",
                        at[0]);
    if (size > left)
        return smi_fail(context, SECMAIL_E_TRUNCATED, "the data ends inside a packet header");
    *packet = smi_header_decode(at);
    if (packet->tag == SMI_TAG_NONE)
        return smi_fail(context, SECMAIL_E_MALFORMED,
                        "a packet has the reserved type 0 (RFC 9580 section 5)");
    smi_take(in, size);
    return 0;
}

int smi_packet_next(struct secmail_context *context, struct smi_cursor *in,
                    struct smi_packet *packet, struct smi_cursor *body)
{
    *packet = (struct smi_packet){0};
    *body = smi_cursor(NULL, 0);
    if (!smi_left(in))
        return 0;
    int rc = next_header(context, in, packet);
    if (rc)
        return rc;
    if (packet->kind == SMI_LENGTH_PARTIAL)
        return smi_fail(context, SECMAIL_E_MALFORMED,
                        "a %s has a partial length, which only data packets may have "
                        "(RFC 9580 section 4.2.1.4)",
                        smi_tag_name(packet->tag));
    if (packet->kind == SMI_LENGTH_DEFINITE &&
        packet->length > smi_limit(context, SECMAIL_LIMIT_PACKET_SIZE))
        return smi_over_limit(context, SECMAIL_LIMIT_PACKET_SIZE);
    *body = smi_sub(in, packet->kind == SMI_LENGTH_DEFINITE ? packet->length : smi_left(in));
    if (body->bad)
        return smi_fail(context, SECMAIL_E_TRUNCATED, "a %s declares %u bytes, but %zu are there",
                        smi_tag_name(packet->tag), packet->length, in->size - in->pos);
    return 0;
}

void smi_put_length(struct smi_buf *b, size_t size)
{
    if (size < 192) {
        smi_put_u8(b, (uint8_t)size);
    } else if (size < 8384) {
        smi_put_u16(b, (uint16_t)(size - 192 + (192 << 8)));
    } else {
        smi_put_u8(b, 255);
        smi_put_u32(b, (uint32_t)size);
    }
}

void smi_put_header(struct smi_buf *b, uint8_t tag, size_t size)
{
    smi_put_u8(b, 0xc0 | tag);
    smi_put_length(b, size);
}

void smi_put_packet(struct smi_buf *b, uint8_t tag, const uint8_t *body, size_t size)
{
    smi_put_header(b, tag, size);
    smi_put(b, body, size);
}

bool smi_wants_checksum(const uint8_t *packets, size_t size)
{
    const size_t header = size ? smi_header_size(packets[0], size > 1 ? packets[1] : 0) : 0;
    if (!header || header >= size)
        return true;
    const uint8_t version = packets[header];
    switch (smi_header_decode(packets).tag) {
    case SMI_TAG_PKESK:
    case SMI_TAG_SKESK:
    case SMI_TAG_SIGNATURE:
    case SMI_TAG_ONE_PASS:
    case SMI_TAG_PUBLIC_KEY:
    case SMI_TAG_SECRET_KEY:
        return version != 6;
    case SMI_TAG_SEIPD:
        return version != 2;
    default:
        return true;
    }
}

static int check_kind(struct secmail_context *context, enum smi_armor_kind kind, uint32_t kinds)
{
    if (kinds & 1u << kind)
        return 0;
    const char *wanted = kinds & 1u << SMI_ARMOR_SIGNATURE ? smi_armor_name(SMI_ARMOR_SIGNATURE)
                         : kinds & 1u << SMI_ARMOR_MESSAGE ? smi_armor_name(SMI_ARMOR_MESSAGE)
                                                           : "block of certificates or keys";
    return smi_fail(context, SECMAIL_E_ARMOR_KIND, "the armor holds a %s, but a %s was expected",
                    smi_armor_name(kind), wanted);
}

static int dearmor_block(struct secmail_context *context, struct smi_buf *to,
                         struct secmail_input *in, uint32_t kinds)
{
    struct smi_dearmor d;
    smi_dearmor_init(&d, context);
    int status;
    do {
        /* Base64 shrinks, so that this room suffices for all that is left, plus what a decoder may
         * hold back. */
        const size_t room = (in->size - in->pos) / 4 * 3 + 64;
        smi_buf_reserve(to, to->size + room);
        if (to->error)
            return smi_nomem(context);
        struct secmail_output out = {to->data + to->size, room, 0};
        status = smi_dearmor_update(&d, in, &out, true);
        to->size += out.pos;
    } while (status == SECMAIL_NEEDS_ROOM);
    return status < 0 ? status : check_kind(context, d.kind, kinds);
}

static int dearmor_blocks(struct secmail_context *context, struct smi_buf *to,
                          struct secmail_input *in, uint32_t kinds)
{
    int rc = dearmor_block(context, to, in, kinds);
    while (!rc && in->pos < in->size) {
        rc = dearmor_block(context, to, in, kinds);
        if (rc == SECMAIL_E_NO_DATA) { /* only text follows the last block */
            smi_recover(context);
            return 0;
        }
    }
    return rc;
}

int smi_binary_open(struct secmail_context *context, struct smi_binary *binary, const uint8_t *data,
                    size_t size, uint32_t kinds)
{
    *binary = (struct smi_binary){data, size, smi_buf_open(&context->mem)};
    if (!size)
        return smi_fail(context, SECMAIL_E_NO_DATA, "the input is empty");
    if (!smi_looks_armored(data[0]))
        return 0;
    struct secmail_input in = {data, size, 0};
    int rc = dearmor_blocks(context, &binary->decoded, &in, kinds);
    binary->data = binary->decoded.data;
    binary->size = binary->decoded.size;
    if (!rc && !binary->size)
        rc = smi_fail(context, SECMAIL_E_NO_DATA, "the armor holds no data");
    if (rc)
        smi_binary_close(binary);
    return rc;
}

void smi_binary_close(struct smi_binary *binary)
{
    smi_buf_free(&binary->decoded);
}
