/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The configuration file: a line a setting, `#` begins a comment. */
#include "milter.h"

#include <arpa/inet.h>
#include <errno.h>
#include <pthread.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct config *in_force;

/* ---- Settings ---- */

struct line {
    struct secmail_context *context;
    char *words[5]; /* the setting and its values */
    size_t count;
    char *error;
};

static bool copy(struct line *l, char *to, size_t index)
{
    if (strlen(l->words[index]) >= TEXT) {
        snprintf(l->error, 512, "%.40s: the value is too long", l->words[0]);
        return false;
    }
    memcpy(to, l->words[index], strlen(l->words[index]) + 1);
    return true;
}

static bool wrong(struct line *l, const char *rule)
{
    snprintf(l->error, 512, "%.40s %.100s: %s", l->words[0], l->words[1], rule);
    return false;
}

static bool full(struct line *l)
{
    snprintf(l->error, 512, "%.40s: stands more than %d times", l->words[0], MANY);
    return false;
}

static bool choose(struct line *l, bool *value, const char *no, const char *yes)
{
    char rule[64];
    snprintf(rule, sizeof rule, "must be %s or %s", no, yes);
    *value = !strcmp(l->words[1], yes);
    return *value || !strcmp(l->words[1], no) || wrong(l, rule);
}

static bool set_socket(struct config *c, struct line *l)
{
    return copy(l, c->socket, 1);
}

static bool set_authserv_id(struct config *c, struct line *l)
{
    return copy(l, c->authserv_id, 1);
}

static bool set_outgoing_daemon(struct config *c, struct line *l)
{
    return copy(l, c->outgoing_daemon, 1);
}

static bool set_quarantine_header(struct config *c, struct line *l)
{
    for (const char *p = l->words[1]; *p; p++) {
        if (*p <= ' ' || *p == ':' || *p > '~')
            return wrong(l, "is no name of a header field");
    }
    return copy(l, c->quarantine_header, 1);
}

static bool set_anchors(struct config *c, struct line *l)
{
    return copy(l, c->anchors, 1);
}

static bool set_reject(struct config *c, struct line *l)
{
    return choose(l, &c->reject, "no", "yes");
}

static bool set_temperror(struct config *c, struct line *l)
{
    return choose(l, &c->defer, "accept", "defer");
}

static bool set_timeout(struct config *c, struct line *l)
{
    char *end;
    const unsigned long value = strtoul(l->words[1], &end, 10);
    if (*end || end == l->words[1] || value < 1 || value > 60)
        return wrong(l, "must be 1 to 60 seconds");
    c->timeout = (unsigned)value;
    return true;
}

static bool read_address(uint8_t bytes[16], const char *text, unsigned *most)
{
    static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
    *most = 128;
    if (inet_pton(AF_INET6, text, bytes) == 1)
        return true;
    memcpy(bytes, mapped, sizeof mapped);
    *most = 32;
    return inet_pton(AF_INET, text, bytes + 12) == 1;
}

static bool add_network(struct config *c, struct line *l)
{
    struct network n;
    unsigned most;
    char address[TEXT], *end = NULL;
    if (c->network_count == MANY)
        return full(l);
    if (!copy(l, address, 1))
        return false;
    char *slash = strchr(address, '/');
    if (slash)
        *slash = 0;
    if (!read_address(n.bytes, address, &most))
        return wrong(l, "must be an address or a network such as 192.0.2.0/24");
    const unsigned long bits = slash ? strtoul(slash + 1, &end, 10) : most;
    if (bits > most || (end && (*end || end == slash + 1)))
        return wrong(l, "the width of the network is wrong");
    n.bits = (unsigned)bits + 128 - most;
    c->networks[c->network_count++] = n;
    return true;
}

static bool add_server(struct config *c, struct line *l)
{
    if (c->server_count == MANY)
        return full(l);
    struct server *s = &c->servers[c->server_count];
    s->stub = !strcmp(l->words[0], "stub-zone");
    memcpy(s->zone, ".", 2);
    if ((s->stub && !copy(l, s->zone, 1)) || !copy(l, s->address, s->stub ? 2 : 1))
        return false;
    c->server_count++;
    return true;
}

static bool add_key(struct config *c, struct line *l)
{
    if (c->key_count == MANY)
        return full(l);
    struct signing_key *k = &c->keys[c->key_count];
    if (!copy(l, k->domain, 1) || !copy(l, k->selector, 2))
        return false;
    k->key = read_key_file(l->context, l->words[3], l->error);
    if (!k->key)
        return false;
    c->key_count++;
    return true;
}

static const struct {
    const char *name;
    size_t values;
    bool (*set)(struct config *c, struct line *l);
} settings[] = {
    {"socket", 1, set_socket},
    {"authserv-id", 1, set_authserv_id},
    {"outgoing-daemon", 1, set_outgoing_daemon},
    {"outgoing-network", 1, add_network},
    {"sign", 3, add_key},
    {"name-server", 1, add_server},
    {"stub-zone", 2, add_server},
    {"trust-anchors", 1, set_anchors},
    {"dns-timeout", 1, set_timeout},
    {"dmarc-reject", 1, set_reject},
    {"quarantine-header", 1, set_quarantine_header},
    {"on-temperror", 1, set_temperror},
};

enum { SETTINGS = sizeof settings / sizeof settings[0] };

/* ---- Lines ---- */

static bool read_line(struct config *c, struct line *l, char *text)
{
    char *rest = NULL;
    text[strcspn(text, "#\r\n")] = 0;
    l->count = 0;
    for (char *w = strtok_r(text, " \t", &rest); w; w = strtok_r(NULL, " \t", &rest)) {
        if (l->count < 5)
            l->words[l->count] = w;
        l->count++;
    }
    if (!l->count)
        return true;
    for (size_t i = 0; i < SETTINGS; i++) {
        if (strcmp(settings[i].name, l->words[0]) != 0)
            continue;
        if (l->count == settings[i].values + 1)
            return settings[i].set(c, l);
        snprintf(l->error, 512, "%.40s takes %zu values, not %zu", l->words[0], settings[i].values,
                 l->count - 1);
        return false;
    }
    snprintf(l->error, 512, "there is no setting %.100s", l->words[0]);
    return false;
}

/* `error` gets the file, the line and what is wrong there. */
static bool read_lines(struct config *c, struct line *l, FILE *file, const char *path, char *error)
{
    char text[2048], reason[512];
    l->error = reason;
    for (unsigned number = 1; fgets(text, sizeof text, file); number++) {
        if (read_line(c, l, text))
            continue;
        snprintf(error, 512, "%.150s:%u: %.300s", path, number, reason);
        return false;
    }
    if (!c->socket[0] || !c->authserv_id[0])
        snprintf(error, 512, "%.200s: %s is missing", path,
                 c->socket[0] ? "authserv-id" : "socket");
    return c->socket[0] && c->authserv_id[0];
}

static void free_config(struct config *c)
{
    for (size_t i = 0; i < c->key_count; i++)
        secmail_dkim_key_unref(c->keys[i].key);
    free(c);
}

struct config *read_config(const char *path, char error[512])
{
    struct line l = {0};
    FILE *file = fopen(path, "r");
    if (!file) {
        snprintf(error, 512, "%.200s: %s", path, strerror(errno));
        return NULL;
    }
    struct config *c = calloc(1, sizeof *c);
    bool good = c && !secmail_context_new(&l.context);
    if (good) {
        *c = (struct config){.users = 1, .timeout = 10, .outgoing_daemon = "ORIGINATING"};
        good = read_lines(c, &l, file, path, error);
    } else {
        snprintf(error, 512, "out of memory");
    }
    fclose(file);
    secmail_context_free(l.context);
    if (!good && c)
        free_config(c);
    return good ? c : NULL;
}

/* ---- What is in force ---- */

struct config *hold_config(void)
{
    pthread_mutex_lock(&lock);
    struct config *c = in_force;
    c->users++;
    pthread_mutex_unlock(&lock);
    return c;
}

void release_config(struct config *config)
{
    if (!config)
        return;
    pthread_mutex_lock(&lock);
    const bool last = --config->users == 0;
    pthread_mutex_unlock(&lock);
    if (last)
        free_config(config);
}

void use_config(struct config *config)
{
    pthread_mutex_lock(&lock);
    struct config *old = in_force;
    in_force = config;
    pthread_mutex_unlock(&lock);
    release_config(old);
}

bool is_internal(const struct config *config, const uint8_t address[16])
{
    for (size_t i = 0; i < config->network_count; i++) {
        const struct network *n = &config->networks[i];
        const unsigned whole = n->bits / 8, rest = n->bits % 8;
        if (memcmp(n->bytes, address, whole) != 0)
            continue;
        if (!rest || !((n->bytes[whole] ^ address[whole]) >> (8 - rest)))
            return true;
    }
    return false;
}
