/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What authentication of mail costs: DKIM verification of small and big mails against libopendkim
 * and against SHA-256 alone, a 50 MiB mail as a stream, SPF against libspf2, and two threads
 * against one. CPU time, medians of rounds in which both take turns; a ratio is the median of the
 * rounds' ratios, because what slows the machine down slows both sides of a round.
 */
#include "bench.h"
#include "bench_mailauth_peers.h"

#include <arpa/inet.h>
#include <gcrypt.h>
#include <pthread.h>
#include <secmail/mailauth.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MIB = 1 << 20, PIECE = 65536, HUGE_MIB = 50, MAX_ROUNDS = 15 };

#define NOW 1700000000

struct mail {
    uint8_t *data;
    size_t size;
    size_t header; /* bytes before the empty line */
    char *record;  /* of its key */
};

struct bench {
    bool quick;
    size_t rounds;
    struct secmail_context *context;
    struct mail mails[4]; /* RSA and Ed25519, small and big */
};

static void check(struct secmail_context *context, int rc, const char *what)
{
    if (rc < 0)
        bench_die(what, secmail_context_error_detail(context));
}

static int64_t fixed_clock(void *user)
{
    (void)user;
    return NOW;
}

static struct secmail_context *new_context(void)
{
    struct secmail_context *context;
    if (secmail_context_new(&context))
        bench_die("secmail_context_new", "failed");
    secmail_context_set_clock(context, fixed_clock, NULL);
    return context;
}

/* ---- Mails ---- */

static const char header[] = "From: Joe <joe@example.com>\r\n"
                             "To: Suzie <suzie@example.net>\r\n"
                             "Subject: A  test\r\n of folding\r\n"
                             "Date: Tue, 14 Nov 2023 22:13:20 +0000\r\n"
                             "Message-ID: <1@example.com>\r\n"
                             "MIME-Version: 1.0\r\n"
                             "Content-Type: text/plain; charset=utf-8\r\n\r\n";

/* Lines of base64, as attachments have them. */
static void fill_body(uint8_t *to, size_t size)
{
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    uint8_t random[76];
    bench_fill(random, sizeof random);
    for (size_t i = 0; i < size; i++) {
        const size_t column = i % 78;
        to[i] = (uint8_t)(column == 76   ? '\r'
                          : column == 77 ? '\n'
                                         : letters[(random[column] + i / 78) % 64]);
    }
}

static void sign_mail(struct bench *b, struct mail *m, uint32_t algorithm, size_t size)
{
    struct secmail_dkim_key *key;
    struct secmail_dkim_table *table;
    struct secmail_dkim_signer *signer;
    struct secmail_bytes *field, *record;
    const size_t plain = sizeof header - 1 + size;
    uint8_t *text = bench_memory(plain);
    memcpy(text, header, sizeof header - 1);
    fill_body(text + sizeof header - 1, size);
    check(b->context, secmail_dkim_key_generate(b->context, &key, algorithm, 0), "key");
    check(b->context, secmail_dkim_table_new(b->context, &table), "table");
    check(b->context, secmail_dkim_table_add(table, "example.com", "s", key), "table");
    check(b->context, secmail_dkim_signer_new(table, &signer, "example.com"), "signer");
    /* Peers go by the real clock. */
    check(b->context, secmail_dkim_signer_set_lifetime(signer, 0), "signer");
    check(b->context, secmail_dkim_signer_update(signer, text, plain), "sign");
    check(b->context, secmail_dkim_signer_finish(signer, &field), "sign");
    check(b->context, secmail_dkim_key_record(b->context, key, &record), "record");
    const size_t head = secmail_bytes_size(field);
    m->size = head + plain;
    m->header = head + sizeof header - 3;
    m->data = bench_memory(m->size);
    memcpy(m->data, secmail_bytes_data(field), head);
    memcpy(m->data + head, text, plain);
    m->record = strdup((const char *)secmail_bytes_data(record));
    secmail_bytes_free(field);
    secmail_bytes_free(record);
    secmail_dkim_signer_free(signer);
    secmail_dkim_table_free(table);
    secmail_dkim_key_unref(key);
    munmap(text, plain);
}

/* ---- DKIM ---- */

static void answer_text(struct secmail_mailauth *m, uint32_t question, const char *text)
{
    uint8_t rdata[2000];
    size_t size = 0;
    for (size_t left = strlen(text); left;) {
        const size_t part = left < 255 ? left : 255;
        rdata[size++] = (uint8_t)part;
        memcpy(rdata + size, text, part);
        size += part;
        text += part;
        left -= part;
    }
    secmail_mailauth_add_record(m, question, rdata, size);
    secmail_mailauth_answer(m, question, SECMAIL_MAILAUTH_ANSWERED, SECMAIL_MAILAUTH_SECURE);
}

static void finish_dkim(struct secmail_context *context, struct secmail_mailauth *m,
                        const char *record)
{
    check(context, secmail_mailauth_finish_message(m), "finish");
    int rc;
    while ((rc = secmail_mailauth_evaluate(m)) == SECMAIL_MAILAUTH_NEEDS_ANSWERS) {
        for (uint32_t q = 0; (q = secmail_mailauth_next_question(m, q));)
            answer_text(m, q, record);
    }
    check(context, rc, "evaluate");
    const struct secmail_mailauth_result *r = secmail_mailauth_dkim(m, 0);
    if (secmail_mailauth_result_verdict(r) != SECMAIL_MAILAUTH_PASS)
        bench_die("verify", secmail_mailauth_result_text(r, SECMAIL_MAILAUTH_REASON));
    secmail_mailauth_free(m);
}

static struct secmail_mailauth *new_message(struct secmail_context *context)
{
    struct secmail_mailauth *m;
    check(context, secmail_mailauth_new(context, &m), "new");
    check(context, secmail_mailauth_set_methods(m, SECMAIL_MAILAUTH_DKIM), "methods");
    return m;
}

static void verify(struct secmail_context *context, const struct mail *mail)
{
    struct secmail_mailauth *m = new_message(context);
    check(context, secmail_mailauth_update(m, mail->data, mail->size), "update");
    finish_dkim(context, m, mail->record);
}

static void hash(const uint8_t *data, size_t size)
{
    uint8_t digest[32];
    gcry_md_hash_buffer(GCRY_MD_SHA256, digest, data, size);
}

/* ---- SPF ---- */

static const struct bench_record zone[] = {
    {"example.com",
     "v=spf1 include:_spf.example.net include:_spf.example.org a:mail.example.com -all", NULL},
    {"_spf.example.net",
     "v=spf1 ip4:198.51.100.0/25 ip4:203.0.113.0/26 ip4:203.0.113.128/27 ip6:2001:db8::/48 ~all",
     NULL},
    {"_spf.example.org", "v=spf1 include:_block.example.org ?all", NULL},
    {"_block.example.org", "v=spf1 ip4:192.0.2.0/26 ip4:192.0.2.64/27 ip4:192.0.2.128/25 -all",
     NULL},
    {"mail.example.com", NULL, "192.0.2.100"},
    {"short.example", "v=spf1 ip4:192.0.2.0/24 -all", NULL},
    {"macro.example", "v=spf1 exists:%{ir}.%{l}._spf.%{d} -all", NULL},
    {"100.2.0.192.joe._spf.macro.example", NULL, "127.0.0.2"},
};

enum { ZONE = sizeof zone / sizeof zone[0] };

static const char *const senders[] = {"joe@short.example", "joe@example.com", "joe@macro.example"};

static void answer_from_zone(struct secmail_mailauth *m, uint32_t question)
{
    const char *name = secmail_mailauth_question_name(m, question);
    const bool address = secmail_mailauth_question_type(m, question) == SECMAIL_MAILAUTH_A;
    uint8_t ip[4];
    for (size_t i = 0; i < ZONE; i++) {
        if (strcmp(zone[i].name, name) != 0 || (zone[i].address != NULL) != address)
            continue;
        if (!address) {
            answer_text(m, question, zone[i].text);
            return;
        }
        inet_pton(AF_INET, zone[i].address, ip);
        secmail_mailauth_add_record(m, question, ip, 4);
    }
    secmail_mailauth_answer(m, question, SECMAIL_MAILAUTH_ANSWERED, SECMAIL_MAILAUTH_SECURE);
}

static void check_spf(struct secmail_context *context, const char *sender)
{
    struct secmail_mailauth *m;
    check(context, secmail_mailauth_new(context, &m), "new");
    check(context, secmail_mailauth_set_methods(m, SECMAIL_MAILAUTH_SPF), "methods");
    check(context, secmail_mailauth_set_client_ip(m, "192.0.2.100"), "ip");
    check(context, secmail_mailauth_set_helo(m, "mail.example.com"), "helo");
    check(context, secmail_mailauth_set_mail_from(m, sender), "from");
    int rc;
    while ((rc = secmail_mailauth_evaluate(m)) == SECMAIL_MAILAUTH_NEEDS_ANSWERS) {
        for (uint32_t q = 0; (q = secmail_mailauth_next_question(m, q));)
            answer_from_zone(m, q);
    }
    check(context, rc, "evaluate");
    if (secmail_mailauth_result_verdict(secmail_mailauth_spf(m)) != SECMAIL_MAILAUTH_PASS)
        bench_die("spf", sender);
    secmail_mailauth_free(m);
}

/* ---- Measuring ---- */

/* One job of a group; `peer` runs the other program's part. */
struct job {
    const char *name;
    size_t mail;   /* or sender */
    size_t times;  /* in one round */
    double wanted; /* ratio to reach */
    bool spf;
};

static void run_ours(struct bench *b, const struct job *j)
{
    for (size_t i = 0; i < j->times; i++) {
        if (j->spf)
            check_spf(b->context, senders[j->mail]);
        else
            verify(b->context, &b->mails[j->mail]);
    }
}

static void run_peer(struct bench *b, const struct job *j)
{
    const struct mail *m = &b->mails[j->mail];
    for (size_t i = 0; i < j->times; i++) {
        const bool good = j->spf ? spf2_check("192.0.2.100", "mail.example.com", senders[j->mail])
                                 : opendkim_verify(m->data, m->header, m->size);
        if (!good)
            bench_die(j->name, "the peer does not verify it");
    }
}

static double seconds(void (*run)(struct bench *b, const struct job *j), struct bench *b,
                      const struct job *j)
{
    const double start = bench_cpu();
    run(b, j);
    return bench_cpu() - start;
}

static bool has_peer(struct bench *b, const struct job *j)
{
    if (j->spf) {
        if (spf2_is_there())
            spf2_open(zone, ZONE);
        return spf2_is_there();
    }
    if (!opendkim_is_there())
        return false;
    const struct mail *m = &b->mails[j->mail];
    opendkim_open(m->record);
    if (opendkim_verify(m->data, m->header, m->size))
        return true;
    opendkim_close();
    return false;
}

static void measure(struct bench *b, const struct job *j)
{
    double ours[MAX_ROUNDS], peer[MAX_ROUNDS], ratios[MAX_ROUNDS];
    const bool there = has_peer(b, j);
    for (size_t i = 0; i < b->rounds; i++) {
        ours[i] = seconds(run_ours, b, j);
        peer[i] = there ? seconds(run_peer, b, j) : 0;
        ratios[i] = peer[i] / ours[i];
    }
    if (there && j->spf)
        spf2_close();
    else if (there)
        opendkim_close();
    const double mine = bench_median(ours, b->rounds) / (double)j->times;
    const double other = bench_median(peer, b->rounds) / (double)j->times;
    printf("%-26s %10.0f/s", j->name, 1 / mine);
    if (there)
        printf("  %-11s %10.0f/s  %5.2f times as fast (wanted %.1f)",
               j->spf ? "libspf2" : "libopendkim", 1 / other, bench_median(ratios, b->rounds),
               j->wanted);
    putchar('\n');
}

/* ---- Streams ---- */

static long peak_kib(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
}

static void stream(struct bench *b, const struct mail *m, size_t mib)
{
    struct secmail_mailauth *message = new_message(b->context);
    const uint8_t *body = m->data + m->header + 2;
    const size_t size = 78 * 800;
    check(b->context, secmail_mailauth_update(message, m->data, m->header + 2), "update");
    for (size_t done = 0; done < mib * MIB; done += size)
        check(b->context, secmail_mailauth_update(message, body, size), "update");
    check(b->context, secmail_mailauth_finish_message(message), "finish");
    secmail_mailauth_free(message);
}

static void measure_stream(struct bench *b)
{
    double ours[MAX_ROUNDS], bare[MAX_ROUNDS], shares[MAX_ROUNDS];
    const struct mail *m = &b->mails[1];
    const size_t mib = b->quick ? 2 : HUGE_MIB, size = 78 * 800;
    const long before = peak_kib();
    for (size_t i = 0; i < b->rounds; i++) {
        double start = bench_cpu();
        stream(b, m, mib);
        ours[i] = bench_cpu() - start;
        start = bench_cpu();
        gcry_md_hd_t h;
        if (gcry_md_open(&h, GCRY_MD_SHA256, 0))
            bench_die("gcry_md_open", "failed");
        for (size_t done = 0; done < mib * MIB; done += size)
            gcry_md_write(h, m->data + m->header + 2, size);
        gcry_md_read(h, GCRY_MD_SHA256);
        gcry_md_close(h);
        bare[i] = bench_cpu() - start;
        shares[i] = 100 * bare[i] / ours[i];
    }
    printf("a stream of %zu MiB: %.0f MiB/s, %.0f %% of SHA-256 alone (wanted 90), %ld KiB more "
           "memory "
           "(wanted < 8192)\n",
           mib, (double)mib / bench_median(ours, b->rounds), bench_median(shares, b->rounds),
           peak_kib() - before);
}

/* ---- Threads ---- */

struct worker {
    const struct mail *mail;
    size_t times;
};

static void *work(void *user)
{
    const struct worker *w = user;
    struct secmail_context *context = new_context();
    for (size_t i = 0; i < w->times; i++)
        verify(context, w->mail);
    secmail_context_free(context);
    return NULL;
}

static double wall(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void run_threads(struct worker *w)
{
    pthread_t threads[2];
    for (size_t i = 0; i < 2; i++) {
        if (pthread_create(&threads[i], NULL, work, w))
            bench_die("pthread_create", "failed");
    }
    for (size_t i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
}

/* Two processes share nothing: what they gain is what the machine can give. */
static void run_processes(struct worker *w)
{
    for (size_t i = 0; i < 2; i++) {
        const pid_t child = fork();
        if (child < 0)
            bench_die("fork", "failed");
        if (!child) {
            work(w);
            _exit(0);
        }
    }
    while (wait(NULL) > 0)
        continue;
}

static void run_one(struct worker *w)
{
    work(w);
}

static double wall_of(void (*run)(struct worker *w), struct worker *w)
{
    const double start = wall();
    run(w);
    return wall() - start;
}

static void measure_threads(struct bench *b)
{
    struct worker w = {&b->mails[0], b->quick ? 50 : 4000};
    double threads[MAX_ROUNDS], processes[MAX_ROUNDS];
    fflush(stdout);
    for (size_t i = 0; i < b->rounds; i++) {
        const double one = wall_of(run_one, &w);
        threads[i] = 2 * one / wall_of(run_threads, &w);
        processes[i] = 2 * one / wall_of(run_processes, &w);
    }
    printf("two threads: %.2f times the mails of one (wanted 1.8), two processes %.2f\n",
           bench_median(threads, b->rounds), bench_median(processes, b->rounds));
}

int main(int argc, char **argv)
{
    struct bench b = {.quick = argc > 1 && !strcmp(argv[1], "--quick")};
    b.rounds = b.quick ? 1 : MAX_ROUNDS;
    b.context = new_context();
    const size_t big = (b.quick ? 1000 : 13340) * 78; /* whole lines */
    const size_t scale = b.quick ? 100 : 1;
    sign_mail(&b, &b.mails[0], SECMAIL_DKIM_RSA_SHA256, 3120);
    sign_mail(&b, &b.mails[1], SECMAIL_DKIM_RSA_SHA256, big);
    sign_mail(&b, &b.mails[2], SECMAIL_DKIM_ED25519_SHA256, 3120);
    sign_mail(&b, &b.mails[3], SECMAIL_DKIM_ED25519_SHA256, big);
    const struct job jobs[] = {
        {"dkim rsa-2048, 4 KiB", 0, 4000 / scale, 2.5, false},
        {"dkim rsa-2048, 1 MiB", 1, 200 / scale, 4, false},
        {"dkim ed25519, 4 KiB", 2, 4000 / scale, 1.8, false},
        {"dkim ed25519, 1 MiB", 3, 200 / scale, 4, false},
        {"spf, one ip4", 0, 20000 / scale, 1, true},
        {"spf, three includes", 1, 10000 / scale, 1, true},
        {"spf, exists with macros", 2, 20000 / scale, 1, true},
    };
    hash((const uint8_t *)"", 0);
    for (size_t i = 0; i < sizeof jobs / sizeof jobs[0]; i++)
        measure(&b, &jobs[i]);
    measure_stream(&b);
    measure_threads(&b);
    for (size_t i = 0; i < 4; i++) {
        munmap(b.mails[i].data, b.mails[i].size);
        free(b.mails[i].record);
    }
    secmail_context_free(b.context);
    return 0;
}
