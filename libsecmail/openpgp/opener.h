/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reading encrypted data packets (RFC 9580 section 5.13) as a source of authenticated plaintext.
 * For SEIPDv2, and LibrePGP's packet 20, each chunk is given out once its tag holds. For SEIPDv1
 * nothing is given out before the whole packet's MDC holds: it is kept in memory up to a limit, and
 * beyond that the input is read twice, the second time against check values from the first.
 */
#ifndef SMI_OPENPGP_OPENER_H
#define SMI_OPENPGP_OPENER_H

#include "crypto/hash.h"
#include "session_key.h"
#include "verify/source.h"

#include <secmail/openpgp.h>

enum smi_opener_mode {
    SMI_HOLD, /* SEIPDv1: keep all plaintext until the MDC is checked */
    SMI_SCAN, /* SEIPDv1, first reading of two: check only */
    SMI_EMIT, /* SEIPDv1, second reading: give out what the check values confirm */
};

/* What the first reading of a SEIPDv1 packet hands to the second one. */
struct smi_first_reading {
    bool complete;
    bool same;           /* the caller vouches that both read the same: no check values */
    uint8_t key[32];     /* of the check values */
    struct smi_buf macs; /* 16 bytes for each block of ciphertext */
    uint64_t size;       /* of the ciphertext */
    struct smi_session_key session_key;
    size_t key_used; /* as long as it isn't complete: the key that is tried */
};

struct smi_opener {
    struct smi_made_source made;
    struct smi_source *lower; /* the packet's body */
    enum secmail_format format;
    const struct smi_session_key *keys; /* those that may fit, the likeliest first; borrowed */
    size_t key_count, key_used;
    const struct smi_public_key **recipient; /* where that of the key used is noted */
    /* SEIPDv2 and LibrePGP */
    struct smi_aead aead;
    uint8_t associated_data[5];
    uint8_t nonce[SMI_AEAD_NONCE_MAX_SIZE]; /* of chunk 0 */
    uint8_t nonce_size;
    uint8_t salt[32]; /* SEIPDv2 */
    size_t chunk_size;
    uint64_t chunks, total;
    /* SEIPDv1 */
    enum smi_opener_mode mode;
    uint64_t hold_limit;
    struct smi_first_reading *first; /* NULL: there can be no second one */
    struct smi_buf hold; /* plaintext that isn't authenticated: nobody reads from here */
    struct smi_checkmac checkmac;
    struct smi_cfb cfb;
    struct smi_hash mdc;
    uint8_t tail[22]; /* the last bytes so far, which may be the MDC */
    size_t tail_size;
    uint64_t read; /* bytes of ciphertext */
};

/*
 * Reads the packet's version and fields, and opens it with one of `keys`, from which those of the
 * wrong generation are left out by the caller; *recipient follows the key that is tried. `tag` is
 * the packet's. 0, SECMAIL_NEEDS_INPUT,
 * SECMAIL_E_UNSUPPORTED_VERSION, _UNSUPPORTED_ALGORITHM, _MALFORMED, _CANNOT_DECRYPT (no key has
 * the size that the cipher needs).
 */
int smi_opener_format(struct secmail_context *context, struct smi_source *body, uint8_t tag,
                      enum secmail_format *format);
int smi_opener_open(struct secmail_context *context, struct smi_opener *o, struct smi_source *body,
                    enum secmail_format format, const struct smi_session_key *keys, size_t count,
                    const struct smi_public_key **recipient, struct smi_first_reading *first);
void smi_opener_close(struct smi_opener *o);

/* Says how large the message is, if that is known, so that memory for it is taken at once. */
void smi_opener_expect(struct smi_opener *o, size_t size);

/* Has all plaintext been made and authenticated, and is it in one buffer? Then a caller may take
 * over that memory: o->made.buf. */
bool smi_opener_is_whole(const struct smi_opener *o);

#endif
