/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A big ring of real certificates: reading it, and checking every self-signature in it. Its cost
 * for one certificate must not grow with the ring, so that parts of the ring are measured too.
 *
 * The ring is the file given, or that of the Debian package debian-keyring; without either, one of
 * made certificates, which says little.
 */
#include "bench.h"
#include "verify/cert.h"
#include "verify/validity.h"

#include <secmail/openpgp.h>
#include <sys/stat.h>

static const char debian[] = "/usr/share/keyrings/debian-keyring.gpg";

struct data {
    uint8_t *bytes;
    size_t size;
};

static struct data read_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    struct stat about;
    struct data data = {0};
    if (!file)
        return data;
    if (fstat(fileno(file), &about) || about.st_size < 1)
        bench_die(path, "can't be read");
    data.size = (size_t)about.st_size;
    data.bytes = malloc(data.size);
    if (!data.bytes || fread(data.bytes, 1, data.size, file) != data.size)
        bench_die(path, "can't be read");
    fclose(file);
    return data;
}

static struct data make_ring(struct secmail_context *context, size_t count)
{
    struct data data = {0};
    for (size_t i = 0; i < count; i++) {
        struct secmail_generator *g;
        struct secmail_key *key = NULL;
        struct secmail_bytes *bytes = NULL;
        if (secmail_generator_new(context, &g) || secmail_generator_add_user_id(g, "Somebody") ||
            secmail_generator_run(g, &key) ||
            secmail_cert_export(context, secmail_key_cert(key), 0, &bytes))
            bench_die("making certificates", secmail_context_error_detail(context));
        const size_t size = secmail_bytes_size(bytes);
        data.bytes = realloc(data.bytes, data.size + size);
        if (!data.bytes)
            bench_die("making certificates", "out of memory");
        memcpy(data.bytes + data.size, secmail_bytes_data(bytes), size);
        data.size += size;
        secmail_bytes_free(bytes);
        secmail_key_unref(key);
        secmail_generator_free(g);
    }
    return data;
}

struct result {
    size_t certs, keys, own, correct, foreign;
    double read, check;
};

static void check_part(struct secmail_context *context, const struct secmail_cert *cert,
                       const struct smi_component *c, struct result *r)
{
    for (size_t s = 0; s < c->signature_count; s++) {
        const struct smi_signature *sig = &c->signatures[s];
        bool good = false;
        if (!smi_signature_may_be_by(sig, smi_cert_primary(cert))) {
            r->foreign++;
            continue;
        }
        if (smi_cert_is_own(context, cert, c, sig, &good))
            bench_die("checking", secmail_context_error_detail(context));
        r->own++;
        r->correct += good;
    }
}

/* Every self-signature, and then the judgement on every key, back-signatures included. */
static void check_cert(struct secmail_context *context, const struct secmail_cert *cert,
                       const struct secmail_policy *policy, struct result *r)
{
    for (size_t i = 0; i < cert->component_count; i++)
        check_part(context, cert, &cert->components[i], r);
    for (size_t i = 0; i < secmail_cert_key_count(cert); i++) {
        struct secmail_key_info info = {.size = sizeof info};
        if (secmail_cert_key_info(context, cert, i, policy, &info))
            bench_die("judging", secmail_context_error_detail(context));
        r->keys++;
    }
}

static struct result measure(struct secmail_context *context, const struct secmail_policy *policy,
                             const struct data *data)
{
    struct result r = {0};
    struct secmail_ring *ring;
    const double start = bench_cpu();
    if (secmail_ring_parse(context, &ring, data->bytes, data->size))
        bench_die("reading", secmail_context_error_detail(context));
    const double middle = bench_cpu();
    r.certs = secmail_ring_count(ring);
    for (size_t i = 0; i < r.certs; i++)
        check_cert(context, secmail_ring_cert(ring, i), policy, &r);
    r.read = middle - start;
    r.check = bench_cpu() - middle;
    secmail_ring_unref(ring);
    return r;
}

/* Where the certificate begins that comes after a part of the ring. */
static size_t cut(const struct secmail_ring *ring, const struct data *data, size_t count,
                  struct secmail_context *context)
{
    size_t size = 0;
    for (size_t i = 0; i < count; i++) {
        struct secmail_bytes *bytes;
        if (secmail_cert_export(context, secmail_ring_cert(ring, i), 0, &bytes))
            bench_die("writing", secmail_context_error_detail(context));
        memcpy(data->bytes + size, secmail_bytes_data(bytes), secmail_bytes_size(bytes));
        size += secmail_bytes_size(bytes);
        secmail_bytes_free(bytes);
    }
    return size;
}

static void report(const struct result *r)
{
    const double total = r->read + r->check;
    printf("  %5zu certificates, %5zu keys, %6zu self-signatures (%zu correct), %6zu by others: "
           "read %.3f s, checked %.3f s, %.0f us a certificate\n",
           r->certs, r->keys, r->own, r->correct, r->foreign, r->read, r->check,
           total / (double)r->certs * 1e6);
}

/* The whole ring, its first half, its first quarter. */
static void measure_parts(struct secmail_context *context, const struct secmail_policy *policy,
                          const struct data *data)
{
    struct secmail_ring *ring;
    if (secmail_ring_parse(context, &ring, data->bytes, data->size))
        bench_die("reading", secmail_context_error_detail(context));
    const size_t count = secmail_ring_count(ring);
    struct data part = {malloc(2 * data->size), 0};
    if (!part.bytes)
        bench_die("cutting", "out of memory");
    for (size_t n = count; n > count / 8 && n; n /= 2) {
        part.size = cut(ring, &part, n, context);
        const struct result r = measure(context, policy, &part);
        report(&r);
    }
    free(part.bytes);
    secmail_ring_unref(ring);
}

int main(int argc, char **argv)
{
    const bool quick = argc == 2 && strcmp(argv[1], "--quick") == 0;
    struct secmail_context *context;
    struct secmail_policy *policy = NULL;
    if (secmail_context_new(&context) || secmail_policy_standard(context, &policy))
        bench_die("context", "can't be made");
    struct data data = quick ? (struct data){0} : read_file(argc == 2 ? argv[1] : debian);
    if (!data.bytes)
        data = make_ring(context, quick ? 4 : 500);
    printf("A ring of certificates with every self-signature checked (CPU time)\n\n");
    measure_parts(context, policy, &data);
    free(data.bytes);
    secmail_policy_unref(policy);
    secmail_context_free(context);
    return 0;
}
