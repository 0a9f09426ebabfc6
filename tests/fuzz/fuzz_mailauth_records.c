/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The small readers: signature fields, key and DMARC records, From fields, names, addresses, keys
 * in DER. What they say is within what they were given, and within its bounds. */
#include "fuzz.h"

#include "crypto/rsa.h"
#include "mailauth/address.h"
#include "mailauth/dkim_key.h"
#include "mailauth/dmarc.h"
#include "mailauth/ip.h"

static bool inside(struct smi_span part, struct smi_span whole)
{
    return !part.size ||
           (part.data >= whole.data && part.data + part.size <= whole.data + whole.size);
}

static void read_signatures(struct smi_span s)
{
    for (enum smi_signature_kind kind = SMI_DKIM_SIGNATURE; kind <= SMI_ARC_SEAL; kind++) {
        struct smi_signature sig;
        struct smi_domain name;
        const char *wrong = smi_signature_read(&sig, kind, s, 50, s.size % 2);
        FUZZ_CHECK(inside(sig.domain, s) && inside(sig.selector, s) && inside(sig.cut, s));
        FUZZ_CHECK(inside(sig.names, s) && inside(sig.identity, s) && inside(sig.signature, s));
        FUZZ_CHECK(wrong || smi_signature_key_name(&sig, &name));
    }
}

static void read_keys(struct smi_span s)
{
    struct smi_key_record r;
    struct smi_signature sig = {.key = SMI_KEY_RSA, .hash = 8};
    if (!smi_key_record_read(&r, s, &sig))
        FUZZ_CHECK(inside(r.key, s) && r.key.size && smi_is_key_record(s));
    struct smi_rsa_public public;
    if (smi_rsa_public_read(&public, s.data, s.size)) {
        FUZZ_CHECK(public.bits >= 64 && public.bits <= SMI_RSA_MAX_BITS);
        FUZZ_CHECK(inside(smi_span(public.n, public.n_size), s));
        FUZZ_CHECK(inside(smi_span(public.e, public.e_size), s));
    }
}

static void read_names(struct smi_span s)
{
    struct smi_domain d, again;
    uint8_t ip[16];
    if (smi_domain_read(&d, s)) {
        FUZZ_CHECK(d.size && d.size <= SMI_DOMAIN_MAX && strlen(d.text) == d.size);
        FUZZ_CHECK(smi_domain_read(&again, smi_domain_span(&d)) && smi_domain_same(&d, &again));
        FUZZ_CHECK(smi_domain_labels(&d) <= 127);
    }
    if (smi_author_read(smi_malloc_allocator(), s, &d) == SMI_AUTHOR_FOUND)
        FUZZ_CHECK(smi_domain_read_host(&again, smi_domain_span(&d)));
    struct smi_buf shown = smi_buf_open(smi_malloc_allocator());
    if (smi_ip6_read(ip, s)) {
        smi_put_ip(&shown, ip, 16);
        FUZZ_CHECK(smi_ip6_read(ip, smi_span(shown.data, shown.size)));
    }
    shown.size = 0;
    smi_put_visible(&shown, s);
    FUZZ_CHECK(smi_span_is_utf8(smi_span(shown.data, shown.size)));
    smi_buf_free(&shown);
}

static void read_dmarc(struct smi_span s)
{
    struct smi_dmarc_record r;
    if (!smi_dmarc_is_record(s))
        return;
    smi_dmarc_record_read(&r, s);
    FUZZ_CHECK(r.p >= 1 && r.p <= 3 && r.sp <= 3 && r.np <= 3);
}

/* Is it a field: does white space follow each CRLF? */
static bool is_field(struct smi_span s)
{
    for (size_t i = 1; i < s.size; i++) {
        if (s.data[i - 1] == '\r' && s.data[i] == '\n' &&
            (i + 1 == s.size || !smi_is_wsp(s.data[i + 1])))
            return false;
    }
    return true;
}

/* A canonical field is canonical. */
static void check_fields(struct smi_span s)
{
    if (!is_field(s))
        return;
    struct smi_buf once = smi_buf_open(smi_malloc_allocator()), twice = once;
    smi_canon_field(&once, SMI_RELAXED, s, smi_span_find(s, ':'));
    const struct smi_span canonical = smi_span(once.data, once.size);
    smi_canon_field(&twice, SMI_RELAXED, canonical, smi_span_find(canonical, ':'));
    FUZZ_CHECK(smi_span_equal(canonical, smi_span(twice.data, twice.size)));
    smi_buf_free(&once);
    smi_buf_free(&twice);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *copy = fuzz_alloc(size);
    memcpy(copy, data, size);
    const struct smi_span s = smi_span(copy, size);
    read_signatures(s);
    read_keys(s);
    read_names(s);
    read_dmarc(s);
    check_fields(s);
    free(copy);
    return 0;
}
