/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The self-signatures that a key has, as templates for those that take their place. Found here is
 * what the key really said last, whatever a policy thinks of the hash that it said it with: that is
 * what lets an owner repair it.
 */
#ifndef SMI_OPENPGP_TEMPLATE_H
#define SMI_OPENPGP_TEMPLATE_H

#include "verify/cert.h"
#include "verify/policy.h"

/* What signatures over a component cover. */
struct smi_signed_object smi_component_object(const struct secmail_cert *cert,
                                              const struct smi_component *c);

/* Types of signatures that say the same of a component, so that the newest of them counts. */
enum smi_saying {
    SMI_SAYS_IS,      /* direct key, certification of a user ID, subkey binding */
    SMI_SAYS_REVOKED, /* the revocation of such a thing */
};

/*
 * The newest signature of `signer` over a component that says so; NULL if there is none. Of two
 * that are as old the first one, as elsewhere. With a policy, only what it accepts counts, and only
 * what is in force at its reference time.
 */
int smi_template_find(struct secmail_context *context, const struct secmail_cert *cert,
                      const struct smi_component *c, const struct smi_public_key *signer,
                      enum smi_saying saying, const struct secmail_policy *policy,
                      const struct smi_signature **out);

/*
 * Makes the time of a signature that is to replace `old` later than that, at least: a younger
 * signature wins. Where both are of the same second it is dated later than it is made, but by a
 * minute at most: more would hide a wrong clock (SECMAIL_E_CLOCK).
 */
int smi_later(struct secmail_context *context, const struct secmail_cert *cert,
              const struct smi_signature *old, uint32_t *time);

/* How a template is changed on the way. */
struct smi_changes {
    bool key_lifetime_set;
    uint32_t key_lifetime; /* 0: never */
    bool primary_set, primary;
    uint8_t features;    /* bits to add (section 5.2.3.32) */
    bool about_key_only; /* leave out what is said of one user ID only */
};

/* Copies the subpackets of a signature into `hashed`, but for those that each signature has of its
 * own (creation, expiration, issuer, embedded signature). */
void smi_template_copy(struct smi_buf *hashed, const struct smi_signature *from,
                       const struct smi_changes *changes);

#endif
