/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What OpenPGP costs on top of its cryptography, inside one process: big messages from memory to
 * memory against the bare primitives of libgcrypt over the same data, and small mails per second.
 * CPU time, the median of several rounds; within a group the jobs take turns (A B C A B C ...), so
 * that a change of the machine's speed hits all of them. tools/bench compares whole processes.
 */
#include "bench.h"

#include <gcrypt.h>
#include <getopt.h>
#include <pthread.h>
#include <secmail/openpgp.h>

enum {
    MIB = 1 << 20,
    BLOCK = 64 * 1024,        /* of the bare primitives; fits into the cache, like the library's */
    SMALL_WINDOW = 64 * 1024, /* what a program reads from a file or a socket at once */
    MAIL = 4096,
    MAX_ROUNDS = 25,
    MAX_JOBS = 12,
};

/* Contexts: malloc(), the recycling allocator, and malloc() with half the message as the most that
 * may be held. */
enum { SYSTEM, RECYCLING, TIGHT, CONTEXTS };
enum { V6, V4, IDENTITIES };

struct identity {
    uint32_t format;
    struct secmail_key *key;
    struct secmail_cert *cert; /* borrowed from the key */
    int hash;                  /* number of libgcrypt */
};

struct bench {
    size_t size;
    size_t rounds;
    size_t mails;
    bool tsv;
    struct bench_recycler recycler;
    struct secmail_context *context[CONTEXTS];
    struct identity identity[IDENTITIES];
    uint8_t *plain;   /* size bytes */
    uint8_t *message; /* what the decrypting jobs read */
    size_t message_size;
    uint8_t *output; /* room of `room` bytes */
    size_t room;
    size_t written;
    struct secmail_bytes *result; /* of the jobs that return an object */
    size_t good;                  /* signatures */
};

struct job {
    const char *name;
    void (*run)(struct bench *b, const struct job *job);
    void (*check)(struct bench *b, const struct job *job); /* outside the measurement */
    uint8_t context;
    uint8_t identity;
    size_t window;         /* 0: all at once */
    uint32_t floor;        /* 1 + the job of the same group that this one is held against */
    uint32_t goal_percent; /* of the floor's speed, or ... */
    uint32_t goal_rate;    /* ... a second */
    enum secmail_rewind rewind;
};

static void must(struct bench *b, const struct job *job, int rc)
{
    if (rc < 0)
        bench_die(job->name, secmail_context_error_detail(b->context[job->context]));
}

static void must_gcrypt(const struct job *job, gcry_error_t rc)
{
    if (rc)
        bench_die(job->name, gcry_strerror(rc));
}

static void expect(const struct job *job, bool condition)
{
    if (!condition)
        bench_die(job->name, "wrong result");
}

/* ------------------------------------------------------------------------------------------ */
/* The bare primitives                                                                          */

static gcry_cipher_hd_t open_cipher(const struct job *job, int mode)
{
    static const uint8_t key[32] = {1};
    gcry_cipher_hd_t cipher;
    must_gcrypt(job, gcry_cipher_open(&cipher, GCRY_CIPHER_AES256, mode, 0));
    must_gcrypt(job, gcry_cipher_setkey(cipher, key, sizeof key));
    return cipher;
}

static void start_chunk(const struct job *job, gcry_cipher_hd_t cipher, size_t number)
{
    static const uint8_t ad[5] = {0xd2, 2, 9, 2, 10};
    uint8_t nonce[15] = {0};
    memcpy(nonce, &number, sizeof number);
    must_gcrypt(job, gcry_cipher_setiv(cipher, nonce, sizeof nonce));
    must_gcrypt(job, gcry_cipher_authenticate(cipher, ad, sizeof ad));
    must_gcrypt(job, gcry_cipher_final(cipher));
}

static size_t piece(size_t size, size_t pos, size_t at_most)
{
    return size - pos < at_most ? size - pos : at_most;
}

static void raw_ocb_encrypt(struct bench *b, const struct job *job)
{
    gcry_cipher_hd_t cipher = open_cipher(job, GCRY_CIPHER_MODE_OCB);
    uint8_t *to = b->output;
    for (size_t pos = 0; pos < b->size; pos += BLOCK) {
        const size_t n = piece(b->size, pos, BLOCK);
        start_chunk(job, cipher, pos);
        must_gcrypt(job, gcry_cipher_encrypt(cipher, to, n, b->plain + pos, n));
        must_gcrypt(job, gcry_cipher_gettag(cipher, to + n, 16));
        to += n + 16;
    }
    b->written = (size_t)(to - b->output);
    gcry_cipher_close(cipher);
}

static void raw_ocb_decrypt(struct bench *b, const struct job *job)
{
    gcry_cipher_hd_t cipher = open_cipher(job, GCRY_CIPHER_MODE_OCB);
    for (size_t pos = 0; pos < b->size; pos += BLOCK) {
        const size_t n = piece(b->size, pos, BLOCK);
        start_chunk(job, cipher, pos);
        must_gcrypt(job, gcry_cipher_decrypt(cipher, b->output + pos, n, b->message + pos, n));
        /* The message was encrypted otherwise: computing the tag is the work, not its verdict. */
        (void)gcry_cipher_checktag(cipher, b->message, 16);
    }
    b->written = b->size;
    gcry_cipher_close(cipher);
}

static gcry_md_hd_t open_hash(const struct job *job, int algo)
{
    gcry_md_hd_t md;
    must_gcrypt(job, gcry_md_open(&md, algo, 0));
    return md;
}

static void raw_cfb_sha1(struct bench *b, const struct job *job)
{
    static const uint8_t iv[16];
    gcry_cipher_hd_t cipher = open_cipher(job, GCRY_CIPHER_MODE_CFB);
    gcry_md_hd_t md = open_hash(job, GCRY_MD_SHA1);
    must_gcrypt(job, gcry_cipher_setiv(cipher, iv, sizeof iv));
    for (size_t pos = 0; pos < b->size; pos += BLOCK) {
        const size_t n = piece(b->size, pos, BLOCK);
        gcry_md_write(md, b->plain + pos, n);
        must_gcrypt(job, gcry_cipher_encrypt(cipher, b->output + pos, n, b->plain + pos, n));
    }
    expect(job, gcry_md_read(md, 0) != NULL);
    b->written = b->size;
    gcry_md_close(md);
    gcry_cipher_close(cipher);
}

static void hash_alone(struct bench *b, const struct job *job, int algo)
{
    gcry_md_hd_t md = open_hash(job, algo);
    gcry_md_write(md, b->plain, b->size);
    expect(job, gcry_md_read(md, 0) != NULL);
    gcry_md_close(md);
}

static void raw_sha1(struct bench *b, const struct job *job)
{
    hash_alone(b, job, GCRY_MD_SHA1);
}

/* The hash that the identity signs with. */
static void raw_hash(struct bench *b, const struct job *job)
{
    hash_alone(b, job, b->identity[job->identity].hash);
}

/* ------------------------------------------------------------------------------------------ */
/* Big messages                                                                                 */

static struct secmail_encrypt *make_encrypt(struct bench *b, const struct job *job)
{
    const struct identity *identity = &b->identity[job->identity];
    struct secmail_encrypt *encrypt;
    must(b, job, secmail_encrypt_new(b->context[job->context], &encrypt));
    must(b, job, secmail_encrypt_set_format(encrypt, identity->format));
    must(b, job, secmail_encrypt_add_recipient(encrypt, identity->cert));
    return encrypt;
}

static struct secmail_decrypt *make_decrypt(struct bench *b, const struct job *job)
{
    struct secmail_decrypt *decrypt;
    must(b, job, secmail_decrypt_new(b->context[job->context], &decrypt));
    must(b, job, secmail_decrypt_add_key(decrypt, b->identity[job->identity].key));
    return decrypt;
}

typedef int (*update_fn)(void *operation, struct secmail_input *in, struct secmail_output *out,
                         int end);

/* Moves `data` through an operation in pieces of the job's window; needs no more than the room. */
static void move(struct bench *b, const struct job *job, void *operation, update_fn update,
                 const uint8_t *data, size_t size)
{
    struct secmail_output out = {b->output, b->room, 0};
    const size_t window = job->window ? job->window : size;
    size_t pos = 0;
    int status = SECMAIL_NEEDS_INPUT;
    while (status != SECMAIL_DONE) {
        struct secmail_input in = {data + pos, piece(size, pos, window), 0};
        status = update(operation, &in, &out, pos + in.size == size);
        must(b, job, status);
        pos = status == SECMAIL_NEEDS_REWIND ? 0 : pos + in.pos;
        expect(job, status != SECMAIL_NEEDS_ROOM);
    }
    expect(job, pos == size);
    b->written = out.pos;
}

static int encrypt_step(void *operation, struct secmail_input *in, struct secmail_output *out,
                        int end)
{
    return secmail_encrypt_update(operation, in, out, end);
}

static int decrypt_step(void *operation, struct secmail_input *in, struct secmail_output *out,
                        int end)
{
    return secmail_decrypt_update(operation, in, out, end);
}

static void encrypt_update(struct bench *b, const struct job *job)
{
    struct secmail_encrypt *encrypt = make_encrypt(b, job);
    if (!job->window)
        must(b, job, secmail_encrypt_set_size(encrypt, b->size));
    move(b, job, encrypt, encrypt_step, b->plain, b->size);
    secmail_encrypt_free(encrypt);
}

static void encrypt_bytes(struct bench *b, const struct job *job)
{
    struct secmail_encrypt *encrypt = make_encrypt(b, job);
    must(b, job, secmail_encrypt_bytes(encrypt, b->plain, b->size, &b->result));
    secmail_encrypt_free(encrypt);
}

static void decrypt_update(struct bench *b, const struct job *job)
{
    struct secmail_decrypt *decrypt = make_decrypt(b, job);
    must(b, job, secmail_decrypt_allow_rewind(decrypt, job->rewind));
    move(b, job, decrypt, decrypt_step, b->message, b->message_size);
    secmail_decrypt_free(decrypt);
}

static void decrypt_bytes(struct bench *b, const struct job *job)
{
    struct secmail_decrypt *decrypt = make_decrypt(b, job);
    must(b, job, secmail_decrypt_bytes(decrypt, b->message, b->message_size, &b->result));
    secmail_decrypt_free(decrypt);
}

/* Whatever an encrypting job wrote must decrypt to the plaintext. */
static void check_encrypted(struct bench *b, const struct job *job)
{
    const uint8_t *data = b->result ? secmail_bytes_data(b->result) : b->output;
    const size_t size = b->result ? secmail_bytes_size(b->result) : b->written;
    struct secmail_decrypt *decrypt = make_decrypt(b, job);
    struct secmail_bytes *plain;
    must(b, job, secmail_decrypt_bytes(decrypt, data, size, &plain));
    expect(job, secmail_decrypt_format(decrypt) == b->identity[job->identity].format);
    expect(job, secmail_bytes_size(plain) == b->size);
    expect(job, memcmp(secmail_bytes_data(plain), b->plain, b->size) == 0);
    secmail_bytes_free(plain);
    secmail_decrypt_free(decrypt);
}

static void check_decrypted(struct bench *b, const struct job *job)
{
    const uint8_t *data = b->result ? secmail_bytes_data(b->result) : b->output;
    const size_t size = b->result ? secmail_bytes_size(b->result) : b->written;
    expect(job, size == b->size && memcmp(data, b->plain, size) == 0);
}

/* Makes what the decrypting jobs read, for one identity. */
static void make_message(struct bench *b, unsigned identity)
{
    const struct job job = {.name = "making the message", .identity = (uint8_t)identity};
    encrypt_update(b, &job);
    memcpy(b->message, b->output, b->written);
    b->message_size = b->written;
}

/* ------------------------------------------------------------------------------------------ */
/* Detached signatures                                                                          */

static void sign_detached(struct bench *b, const struct job *job)
{
    struct secmail_sign *sign;
    must(b, job, secmail_sign_new(b->context[job->context], &sign));
    must(b, job, secmail_sign_add_signer(sign, b->identity[job->identity].key));
    must(b, job, secmail_sign_update(sign, b->plain, b->size));
    must(b, job, secmail_sign_finish(sign, &b->result));
    secmail_sign_free(sign);
}

static size_t count_good(struct bench *b, const struct job *job, const uint8_t *data, size_t size)
{
    struct secmail_verify *verify;
    must(b, job, secmail_verify_new(b->context[job->context], &verify));
    must(b, job, secmail_verify_add_cert(verify, b->identity[job->identity].cert));
    must(b, job, secmail_verify_add_signatures(verify, data, size));
    must(b, job, secmail_verify_update(verify, b->plain, b->size));
    must(b, job, secmail_verify_finish(verify));
    const size_t good = secmail_verify_good_count(verify);
    secmail_verify_free(verify);
    return good;
}

static void verify_detached(struct bench *b, const struct job *job)
{
    b->good = count_good(b, job, b->message, b->message_size);
}

static void check_signed(struct bench *b, const struct job *job)
{
    const uint8_t *data = secmail_bytes_data(b->result);
    const size_t size = secmail_bytes_size(b->result);
    expect(job, count_good(b, job, data, size) == 1);
}

static void check_verified(struct bench *b, const struct job *job)
{
    expect(job, b->good == 1);
}

static void make_signature(struct bench *b, unsigned identity)
{
    const struct job job = {.name = "making the signature", .identity = (uint8_t)identity};
    sign_detached(b, &job);
    b->message_size = secmail_bytes_size(b->result);
    memcpy(b->message, secmail_bytes_data(b->result), b->message_size);
    secmail_bytes_free(b->result);
    b->result = NULL;
}

/* ------------------------------------------------------------------------------------------ */
/* Small mails                                                                                  */

static void seal_mail(struct bench *b, const struct job *job, struct secmail_bytes **out)
{
    struct secmail_encrypt *encrypt = make_encrypt(b, job);
    must(b, job, secmail_encrypt_add_signer(encrypt, b->identity[job->identity].key));
    must(b, job, secmail_encrypt_bytes(encrypt, b->plain, MAIL, out));
    secmail_encrypt_free(encrypt);
}

static void seal_mails(struct bench *b, const struct job *job)
{
    for (size_t i = 0; i < b->mails; i++) {
        secmail_bytes_free(b->result);
        seal_mail(b, job, &b->result);
    }
}

static size_t open_mail(struct bench *b, const struct job *job, const uint8_t *data, size_t size,
                        struct secmail_bytes **out)
{
    struct secmail_decrypt *decrypt = make_decrypt(b, job);
    must(b, job, secmail_decrypt_add_signer(decrypt, b->identity[job->identity].cert));
    must(b, job, secmail_decrypt_bytes(decrypt, data, size, out));
    const size_t good = secmail_decrypt_good_count(decrypt);
    secmail_decrypt_free(decrypt);
    return good;
}

static void open_mails(struct bench *b, const struct job *job)
{
    b->good = 0;
    for (size_t i = 0; i < b->mails; i++) {
        secmail_bytes_free(b->result);
        b->good += open_mail(b, job, b->message, b->message_size, &b->result);
    }
}

static void check_sealed(struct bench *b, const struct job *job)
{
    struct secmail_bytes *plain;
    const uint8_t *data = secmail_bytes_data(b->result);
    expect(job, open_mail(b, job, data, secmail_bytes_size(b->result), &plain) == 1);
    expect(job, secmail_bytes_size(plain) == MAIL);
    expect(job, memcmp(secmail_bytes_data(plain), b->plain, MAIL) == 0);
    secmail_bytes_free(plain);
}

static void check_opened(struct bench *b, const struct job *job)
{
    expect(job, b->good == b->mails && secmail_bytes_size(b->result) == MAIL);
    expect(job, memcmp(secmail_bytes_data(b->result), b->plain, MAIL) == 0);
}

static void make_mail(struct bench *b, unsigned identity)
{
    const struct job job = {.name = "making the mail", .identity = (uint8_t)identity};
    seal_mail(b, &job, &b->result);
    b->message_size = secmail_bytes_size(b->result);
    memcpy(b->message, secmail_bytes_data(b->result), b->message_size);
    secmail_bytes_free(b->result);
    b->result = NULL;
}

/* ------------------------------------------------------------------------------------------ */
/* Two threads that share keys, certificates and policy                                         */

static void *seal_and_open(void *user)
{
    struct bench *b = user;
    const struct job job = {.name = "mails of a thread", .identity = V6};
    seal_mails(b, &job);
    open_mails(b, &job);
    secmail_bytes_free(b->result);
    return NULL;
}

/* What one thread needs for itself: a context, and places for results. */
static struct bench own_bench(const struct bench *b)
{
    struct bench own = *b;
    if (secmail_context_new(&own.context[SYSTEM]))
        bench_die("a context for a thread", "failed");
    return own;
}

static double wall_of(struct bench *const threads[], size_t count)
{
    struct timespec start, end;
    pthread_t ids[2];
    clock_gettime(CLOCK_MONOTONIC, &start);
    for (size_t i = 0; i < count; i++) {
        if (pthread_create(&ids[i], NULL, seal_and_open, threads[i]))
            bench_die("pthread_create", "failed");
    }
    for (size_t i = 0; i < count; i++)
        pthread_join(ids[i], NULL);
    clock_gettime(CLOCK_MONOTONIC, &end);
    return (double)(end.tv_sec - start.tv_sec) + (double)(end.tv_nsec - start.tv_nsec) * 1e-9;
}

static void measure_threads(struct bench *b)
{
    double ratios[MAX_ROUNDS];
    make_mail(b, V6);
    for (size_t round = 0; round < b->rounds; round++) {
        struct bench first = own_bench(b), second = own_bench(b);
        struct bench *const threads[] = {&first, &second};
        const double one = wall_of(threads, 1);
        first.result = NULL;
        ratios[round] = 2 * one / wall_of(threads, 2);
        secmail_context_free(first.context[SYSTEM]);
        secmail_context_free(second.context[SYSTEM]);
    }
    printf(
        "Two threads with the same keys: %.2f times the mails of one (wanted 1.8; needs two free "
        "processors)\n",
        bench_median(ratios, b->rounds));
}

/* ------------------------------------------------------------------------------------------ */
/* Groups                                                                                       */

struct group {
    const char *title;
    unsigned identity;
    void (*prepare)(struct bench *b, unsigned identity);
    bool mails; /* the amount is mails, not bytes */
    struct job job[MAX_JOBS];
};

static const struct group groups[] = {
    {"SEIPDv2 encryption",
     V6,
     NULL,
     false,
     {
         {"AES-256-OCB alone", raw_ocb_encrypt, NULL, .identity = V6},
         {"update, one window", encrypt_update, check_encrypted, SYSTEM, V6, 0, 1, 45},
         {"update, 64 KiB windows", encrypt_update, check_encrypted, SYSTEM, V6, SMALL_WINDOW, 1,
          45},
         {"bytes", encrypt_bytes, check_encrypted, SYSTEM, V6, 0, 1},
         {"bytes, recycling allocator", encrypt_bytes, check_encrypted, RECYCLING, V6, 0, 1, 45},
     }},
    {"SEIPDv2 decryption",
     V6,
     make_message,
     false,
     {
         {"AES-256-OCB alone", raw_ocb_decrypt, NULL, .identity = V6},
         {"update, one window", decrypt_update, check_decrypted, SYSTEM, V6, 0, 1, 45},
         {"update, 64 KiB windows", decrypt_update, check_decrypted, SYSTEM, V6, SMALL_WINDOW, 1,
          45},
         {"bytes", decrypt_bytes, check_decrypted, SYSTEM, V6, 0, 1},
         {"bytes, recycling allocator", decrypt_bytes, check_decrypted, RECYCLING, V6, 0, 1, 45},
     }},
    {"SEIPDv1 encryption",
     V4,
     NULL,
     false,
     {
         {"AES-256-CFB and SHA-1 in sequence", raw_cfb_sha1, NULL, .identity = V4},
         {"update, one window", encrypt_update, check_encrypted, SYSTEM, V4, 0, 1, 85},
         {"update, 64 KiB windows", encrypt_update, check_encrypted, SYSTEM, V4, SMALL_WINDOW, 1,
          85},
         {"bytes", encrypt_bytes, check_encrypted, SYSTEM, V4, 0, 1},
         {"bytes, recycling allocator", encrypt_bytes, check_encrypted, RECYCLING, V4, 0, 1, 85},
     }},
    {"SEIPDv1 decryption",
     V4,
     make_message,
     false,
     {
         {"SHA-1 alone", raw_sha1, NULL, .identity = V4},
         {"update, one window, held", decrypt_update, check_decrypted, SYSTEM, V4, 0, 1},
         {"update, held, recycling allocator", decrypt_update, check_decrypted, RECYCLING, V4, 0, 1,
          85},
         {"update, 64 KiB windows, read twice", decrypt_update, check_decrypted, TIGHT, V4,
          SMALL_WINDOW, 1, .rewind = SECMAIL_REWIND_COMPARED},
         {"update, 64 KiB windows, vouched for", decrypt_update, check_decrypted, TIGHT, V4,
          SMALL_WINDOW, 1, .rewind = SECMAIL_REWIND_SAME},
         {"bytes", decrypt_bytes, check_decrypted, SYSTEM, V4, 0, 1},
         {"bytes, recycling allocator", decrypt_bytes, check_decrypted, RECYCLING, V4, 0, 1, 85},
     }},
    {"Detached signature, version 6 key",
     V6,
     make_signature,
     false,
     {
         {"hash alone", raw_hash, NULL, .identity = V6},
         {"sign", sign_detached, check_signed, SYSTEM, V6, 0, 1},
         {"verify", verify_detached, check_verified, SYSTEM, V6, 0, 1},
     }},
    {"Detached signature, version 4 key",
     V4,
     make_signature,
     false,
     {
         {"hash alone", raw_hash, NULL, .identity = V4},
         {"sign", sign_detached, check_signed, SYSTEM, V4, 0, 1},
         {"verify", verify_detached, check_verified, SYSTEM, V4, 0, 1},
     }},
    {"4 KiB mails, profile rfc9580",
     V6,
     make_mail,
     true,
     {
         {"encrypt and sign", seal_mails, check_sealed, SYSTEM, V6, .goal_rate = 8000},
         {"decrypt and verify", open_mails, check_opened, SYSTEM, V6, .goal_rate = 8000},
     }},
    {"4 KiB mails, profile rfc4880",
     V4,
     make_mail,
     true,
     {
         {"encrypt and sign", seal_mails, check_sealed, SYSTEM, V4, .goal_rate = 8000},
         {"decrypt and verify", open_mails, check_opened, SYSTEM, V4, .goal_rate = 8000},
     }},
};

/* ------------------------------------------------------------------------------------------ */
/* Running and reporting                                                                        */

static void forget_result(struct bench *b)
{
    secmail_bytes_free(b->result);
    b->result = NULL;
}

static double measure(struct bench *b, const struct job *job)
{
    const double start = bench_cpu();
    job->run(b, job);
    const double seconds = bench_cpu() - start;
    if (job->check)
        job->check(b, job);
    forget_result(b);
    return seconds;
}

static void print_tsv(const struct bench *b, const struct group *group, const struct job *job,
                      double seconds, double floor)
{
    const double amount = group->mails ? (double)b->mails : (double)b->size;
    printf("%s\t%s\t%.6f\t%.0f\t%s\t%.4f\t%.2f\n", group->title, job->name, seconds, amount,
           group->mails ? "mails" : "bytes", floor / seconds,
           group->mails ? job->goal_rate : job->goal_percent / 100.0);
}

static void print_row(const struct bench *b, const struct group *group, const struct job *job,
                      double seconds, double floor)
{
    if (group->mails) {
        const double rate = (double)b->mails / seconds;
        printf("  %-36s %8.0f /s    %6.1f us each   to reach %u: %s\n", job->name, rate, 1e6 / rate,
               job->goal_rate, rate >= job->goal_rate ? "yes" : "NO");
        return;
    }
    printf("  %-36s %8.4f s %8.0f MB/s", job->name, seconds, (double)b->size / 1e6 / seconds);
    if (job->floor)
        printf(" %6.1f %%", 100 * floor / seconds);
    if (job->goal_percent)
        printf("   to reach %u %%: %s", job->goal_percent,
               100 * floor / seconds >= job->goal_percent ? "yes" : "NO");
    printf("\n");
}

static void report(const struct bench *b, const struct group *group, double samples[][MAX_ROUNDS])
{
    double seconds[MAX_JOBS];
    for (size_t i = 0; i < MAX_JOBS && group->job[i].name; i++)
        seconds[i] = bench_median(samples[i], b->rounds);
    if (!b->tsv)
        printf("%s\n", group->title);
    for (size_t i = 0; i < MAX_JOBS && group->job[i].name; i++) {
        const struct job *job = &group->job[i];
        const double floor = job->floor ? seconds[job->floor - 1] : 0;
        (b->tsv ? print_tsv : print_row)(b, group, job, seconds[i], floor);
    }
    fflush(stdout);
}

/* One warm-up, then the rounds. */
static void run_group(struct bench *b, const struct group *group)
{
    static double samples[MAX_JOBS][MAX_ROUNDS];
    if (group->prepare)
        group->prepare(b, group->identity);
    for (size_t round = 0; round <= b->rounds; round++) {
        for (size_t i = 0; i < MAX_JOBS && group->job[i].name; i++) {
            const double seconds = measure(b, &group->job[i]);
            if (round)
                samples[i][round - 1] = seconds;
        }
    }
    report(b, group, samples);
}

/* ------------------------------------------------------------------------------------------ */
/* Setting up                                                                                   */

static void make_context(struct bench *b, unsigned which, uint64_t held)
{
    const struct job job = {.name = "making a context", .context = (uint8_t)which};
    const struct secmail_allocator *mem = which == RECYCLING ? &b->recycler.allocator : NULL;
    if (secmail_context_new_with_allocator(&b->context[which], mem))
        bench_die(job.name, "failed");
    struct secmail_limits *limits;
    must(b, &job, secmail_limits_new(&limits));
    must(b, &job, secmail_limits_set(limits, SECMAIL_LIMIT_HELD_PLAINTEXT, held));
    must(b, &job, secmail_limits_set(limits, SECMAIL_LIMIT_PLAINTEXT_SIZE, UINT64_MAX));
    must(b, &job, secmail_context_set_limits(b->context[which], limits));
    secmail_limits_free(limits);
}

static void make_identity(struct bench *b, unsigned which, uint32_t profile, uint32_t format)
{
    const struct job job = {.name = "making a key"};
    struct identity *identity = &b->identity[which];
    struct secmail_generator *generator;
    must(b, &job, secmail_generator_new(b->context[SYSTEM], &generator));
    must(b, &job, secmail_generator_set_profile(generator, profile));
    must(b, &job, secmail_generator_add_user_id(generator, "Bench <bench@example.org>"));
    must(b, &job, secmail_generator_run(generator, &identity->key));
    secmail_generator_free(generator);
    identity->cert = secmail_key_cert(identity->key);
    identity->format = format;

    struct secmail_sign *sign;
    must(b, &job, secmail_sign_new(b->context[SYSTEM], &sign));
    must(b, &job, secmail_sign_add_signer(sign, identity->key));
    const char *micalg = secmail_sign_micalg(sign);
    expect(&job, strncmp(micalg, "pgp-", 4) == 0);
    identity->hash = gcry_md_map_name(micalg + 4);
    expect(&job, identity->hash != 0);
    secmail_sign_free(sign);
}

static void setup(struct bench *b)
{
    if (!gcry_check_version(NULL))
        bench_die("libgcrypt", "can't be initialised");
    bench_recycler_init(&b->recycler);
    make_context(b, SYSTEM, UINT64_MAX);
    make_context(b, RECYCLING, UINT64_MAX);
    make_context(b, TIGHT, b->size / 2);
    make_identity(b, V6, SECMAIL_PROFILE_RFC9580, SECMAIL_FORMAT_SEIPDV2);
    make_identity(b, V4, SECMAIL_PROFILE_RFC4880, SECMAIL_FORMAT_SEIPDV1);
    b->room = b->size + b->size / 64 + MIB;
    b->plain = bench_memory(b->size);
    b->message = bench_memory(b->room);
    b->output = bench_memory(b->room);
    bench_fill(b->plain, b->size);
}

static void teardown(struct bench *b)
{
    munmap(b->plain, b->size);
    munmap(b->message, b->room);
    munmap(b->output, b->room);
    for (unsigned i = 0; i < IDENTITIES; i++)
        secmail_key_unref(b->identity[i].key);
    for (unsigned i = 0; i < CONTEXTS; i++)
        secmail_context_free(b->context[i]);
    bench_recycler_done(&b->recycler);
}

static const char usage[] =
    "Usage: bench_openpgp [--quick] [--size=MIB] [--rounds=N] [--mails=N] [--only=WORD] [--tsv]\n"
    "\n"
    "Measures the OpenPGP modules inside one process, in CPU time.\n"
    "  --quick      4 MiB, one round, 20 mails: shows that the benchmark works\n"
    "  --size=MIB   size of the big message (256)\n"
    "  --rounds=N   the median of so many (5, at most 25)\n"
    "  --mails=N    mails a round (3000)\n"
    "  --only=WORD  only the groups whose title has the word\n"
    "  --tsv        for programs: group, job, seconds, amount, unit, ratio to the floor, goal\n";

static size_t number(const char *text, size_t most)
{
    char *end;
    const unsigned long long value = strtoull(text, &end, 10);
    if (*end || value < 1 || value > most)
        bench_die(text, "not a number in the allowed range");
    return (size_t)value;
}

static const char *parse_options(struct bench *b, int argc, char **argv)
{
    static const struct option options[] = {
        {"quick", no_argument, NULL, 'q'},        {"size", required_argument, NULL, 's'},
        {"rounds", required_argument, NULL, 'r'}, {"mails", required_argument, NULL, 'm'},
        {"only", required_argument, NULL, 'o'},   {"tsv", no_argument, NULL, 't'},
        {"help", no_argument, NULL, 'h'},         {0},
    };
    const char *only = "";
    int option;
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        switch (option) {
        case 'q':
            b->size = 4 * MIB;
            b->rounds = 1;
            b->mails = 20;
            break;
        case 's':
            b->size = number(optarg, 8192) * MIB;
            break;
        case 'r':
            b->rounds = number(optarg, MAX_ROUNDS);
            break;
        case 'm':
            b->mails = number(optarg, 1000000);
            break;
        case 'o':
            only = optarg;
            break;
        case 't':
            b->tsv = true;
            break;
        case 'h':
            fputs(usage, stdout);
            exit(0);
        default:
            fputs(usage, stderr);
            exit(2);
        }
    }
    return only;
}

int main(int argc, char **argv)
{
    struct bench b = {.size = (size_t)256 * MIB, .rounds = 5, .mails = 3000};
    const char *only = parse_options(&b, argc, argv);
    setup(&b);
    if (!b.tsv)
        printf("Big messages of %zu MiB, mails of 4 KiB; CPU time, median of %zu rounds\n\n",
               b.size / MIB, b.rounds);
    for (size_t i = 0; i < sizeof groups / sizeof groups[0]; i++) {
        if (strstr(groups[i].title, only))
            run_group(&b, &groups[i]);
    }
    if (!b.tsv && strstr("threads", only))
        measure_threads(&b);
    teardown(&b);
    return 0;
}
