/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Certificates as a list of components: the primary key first, then user IDs, attributes and
 * subkeys in their order, each with its signatures. Immutable once made, but for the remembered
 * results of signature checks.
 */
#ifndef SMI_VERIFY_CERT_H
#define SMI_VERIFY_CERT_H

#include "verify/packet.h"
#include "verify/signature.h"

enum smi_component_kind {
    SMI_COMPONENT_KEY, /* primary key or subkey */
    SMI_COMPONENT_USER_ID,
    SMI_COMPONENT_ATTRIBUTE,
    SMI_COMPONENT_OTHER, /* kept for export only */
};

/* Bytes of a user ID. Anybody can add long ones with thousands of self-signatures, and each costs a
 * hash over it; other implementations draw the line at 2048. */
enum { SMI_USER_ID_MAX = 4096 };

struct smi_component {
    enum smi_component_kind kind;
    uint8_t tag;
    const uint8_t *body; /* in the certificate's block */
    size_t body_size;
    struct smi_public_key key; /* SMI_COMPONENT_KEY */
    struct smi_signature *signatures;
    size_t signature_count, signature_room;
    /* Of the signatures, those that the primary key may have made, revocations by others, which may
     * be designated revokers, and the rest. */
    size_t own_count, revoker_count, foreign_count;
    uint32_t first_own, last_own; /* of the first two, from 1; see smi_next_own() */
};

struct secmail_cert {
    struct secmail_allocator mem;
    atomic_uint refs;
    uint8_t *block; /* the packets, copied */
    size_t block_size;
    struct smi_component *components; /* [0] is the primary key */
    size_t component_count, component_room;
    bool has_revoker; /* a signature says that it designates one */
};

/* Walks over the signatures that others didn't make, and over all revocations: a flood of foreign
 * ones must not be waded through for each key. Begin with NULL. */
static inline const struct smi_signature *smi_next_own(const struct smi_component *c,
                                                       const struct smi_signature *sig)
{
    const uint32_t next = sig ? sig->next_own : c->first_own;
    return next ? &c->signatures[next - 1] : NULL;
}

static inline const struct smi_public_key *smi_cert_primary(const struct secmail_cert *cert)
{
    return &cert->components[0].key;
}

/* The component of the index-th key; NULL past the end. */
SMI_SHARED const struct smi_component *smi_cert_key(const struct secmail_cert *cert, size_t index);

/* Makes a certificate from binary packets without secret parts: exactly one. Copies them. */
SMI_SHARED int smi_cert_new(struct secmail_context *context, struct secmail_cert **out,
                            const uint8_t *packets, size_t size);

/*
 * Copies the packets of a transferable key, secret key packets turned into public ones. `secret`,
 * if not NULL, is called with each secret part, in the order of the keys; with NULL for a key that
 * has none, since "Secret Key and Secret Subkey packets can be used in addition to the Public Key
 * and Public Subkey packets" (section 10.2).
 */
typedef int (*smi_secret_part_fn)(void *user, const struct smi_public_key *key,
                                  struct smi_cursor *secret);
SMI_SHARED int smi_cert_strip(struct secmail_context *context, struct smi_cursor packets,
                              struct smi_buf *public_packets, smi_secret_part_fn secret,
                              void *user);

/* The same for packets that may be those of a secret key, whose secret parts are left out, and with
 * each part once. */
int smi_cert_read(struct secmail_context *context, struct secmail_cert **out,
                  struct smi_cursor packets);

/* Joins the copies of a part that a certificate has more than once. *cert is replaced if there are
 * any, and given back on failure. */
SMI_SHARED int smi_cert_join(struct secmail_context *context, struct secmail_cert **cert);

/* What signatures over a component cover. */
struct smi_signed_object smi_cert_object(const struct secmail_cert *cert,
                                         const struct smi_component *c);

/* Is a signature of this type always one over the primary key? */
bool smi_is_about_primary(uint8_t type);

/* Does a signature stand at a component to which its type doesn't belong, or a revocation at
 * another one than that over which it was made, or at one that isn't known? *hashed counts bytes:
 * there is a limit. */
int smi_is_displaced(struct secmail_context *context, const struct secmail_cert *cert,
                     const struct smi_component *c, const struct smi_signature *sig,
                     uint64_t *hashed, bool *displaced);

/* Finds the component over which a displaced signature seems to be made; else *place stays. */
int smi_find_place(struct secmail_context *context, const struct secmail_cert *cert,
                   const struct smi_signature *sig, uint64_t *hashed, size_t *place);

/* Serialises for export; `put_key`, if not NULL, writes each key packet instead of the public one.
 */
typedef void (*smi_put_key_fn)(void *user, struct smi_buf *b, const struct smi_component *key);
SMI_SHARED void smi_cert_write(struct smi_buf *b, const struct secmail_cert *cert,
                               smi_put_key_fn put_key, void *user);

/* Appends a component with its signatures. */
SMI_SHARED void smi_cert_put_component(struct smi_buf *b, const struct smi_component *c);

/* Appends binary packets in armor. 0, SECMAIL_E_NOMEM, _INTERNAL; not recorded. */
SMI_SHARED int smi_put_armored(struct smi_buf *to, const struct smi_buf *from, uint32_t kind);

/* Binary packets as a returned object, armored if wanted. Empties `b`. */
SMI_SHARED int smi_export(struct secmail_context *context, struct smi_buf *b, int armored,
                          uint32_t kind, struct secmail_bytes **out);

#endif
