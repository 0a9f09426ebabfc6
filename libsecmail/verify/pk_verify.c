/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Checking signatures with public keys: from OpenPGP's fields to the arithmetic. */
#include "pk_verify.h"

#include "crypto/curve25519.h"
#include "crypto/curve448.h"
#include "crypto/dsa.h"
#include "crypto/rsa_pkcs1.h"

size_t smi_pk_least_digest(const struct smi_public_key *key)
{
    switch (key->algo) {
    case SMI_PK_ED25519:
    case SMI_PK_EDDSA_LEGACY:
        return 32;
    case SMI_PK_ED448:
        return 64;
    case SMI_PK_ECDSA: /* no hash is as long as P-521's field */
        return key->curve == SMI_CURVE_P521 ? 64 : smi_ecc_size(key->curve);
    case SMI_PK_DSA: /* section 5.2.3.2: at least as long as q */
        return smi_number_bits(&key->field[1]) / 8;
    default:
        return 0;
    }
}

/* Section 5.2.3.3: both halves of the native signature as MPIs, which may be short. */
static bool verify_legacy_eddsa(const struct smi_public_key *key, const struct smi_number *fields,
                                const uint8_t *digest, size_t size)
{
    uint8_t raw[64];
    return smi_mpi_fit(&fields[0], raw, 32) && smi_mpi_fit(&fields[1], raw + 32, 32) &&
           smi_ed25519_verify(raw, key->field[0].data, digest, size);
}

static bool verify_dsa(const struct smi_public_key *key, const struct smi_number *fields,
                       const uint8_t *digest, size_t size)
{
    const struct smi_dsa_public dsa = {key->field[0], key->field[1], key->field[2], key->field[3]};
    return smi_dsa_verify(&dsa, digest, size, &fields[0], &fields[1]);
}

static bool verify_rsa(const struct smi_public_key *key, const struct smi_number *fields,
                       uint8_t hash, const uint8_t *digest)
{
    const struct smi_rsa_public_numbers rsa = {key->field[0], key->field[1]};
    return smi_rsa_pkcs1_verify(&rsa, hash, digest, &fields[0]);
}

bool smi_pk_verify(const struct smi_public_key *key, const struct smi_number *fields, uint8_t hash,
                   const uint8_t *digest)
{
    const size_t size = smi_hash_size(hash);
    if (!(key->use & SMI_USE_VERIFY) || size < smi_pk_least_digest(key))
        return false;
    switch (key->algo) {
    case SMI_PK_RSA:
    case SMI_PK_RSA_SIGN:
        return verify_rsa(key, fields, hash, digest);
    case SMI_PK_DSA:
        return verify_dsa(key, fields, digest, size);
    case SMI_PK_ECDSA:
        return smi_ecdsa_verify(key->curve, &key->field[0], digest, size, &fields[0], &fields[1]);
    case SMI_PK_EDDSA_LEGACY:
        return verify_legacy_eddsa(key, fields, digest, size);
    case SMI_PK_ED25519:
        return smi_ed25519_verify(fields[0].data, key->field[0].data, digest, size);
    case SMI_PK_ED448:
        return smi_ed448_verify(fields[0].data, key->field[0].data, digest, size);
    default:
        return false;
    }
}
