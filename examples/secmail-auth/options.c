/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Options: each stands as "--name value", in any order; switches have no value. */
#include "tool.h"

#include <errno.h>
#include <stddef.h>

static const struct {
    const char *name;
    size_t place;
} valued[] = {
    {"ip", offsetof(struct options, ip)},
    {"helo", offsetof(struct options, helo)},
    {"from", offsetof(struct options, from)},
    {"dns", offsetof(struct options, dns)},
    {"server", offsetof(struct options, server)},
    {"anchors", offsetof(struct options, anchors)},
    {"authserv-id", offsetof(struct options, authserv_id)},
    {"only", offsetof(struct options, only)},
    {"now", offsetof(struct options, now)},
    {"repeat", offsetof(struct options, repeat)},
    {"domain", offsetof(struct options, domain)},
    {"selector", offsetof(struct options, selector)},
    {"key", offsetof(struct options, key)},
    {"canon", offsetof(struct options, canon)},
    {"headers", offsetof(struct options, headers)},
    {"algorithm", offsetof(struct options, algorithm)},
    {"bits", offsetof(struct options, bits)},
    {"org", offsetof(struct options, org)},
    {"email", offsetof(struct options, email)},
    {"contact", offsetof(struct options, contact)},
    {"report-id", offsetof(struct options, report_id)},
    {"begin", offsetof(struct options, begin)},
    {"end", offsetof(struct options, end)},
    {"disposition", offsetof(struct options, disposition)},
    {"public-suffixes", offsetof(struct options, public_suffixes)},
    {"trust-sealer", offsetof(struct options, trust_sealer)},
};

enum { VALUED = sizeof valued / sizeof valued[0] };

static bool is_listed(const char *list, const char *name)
{
    const size_t size = strlen(name);
    for (const char *at = list; (at = strstr(at, name)); at += size) {
        const bool begins = at == list || at[-1] == ' ';
        if (begins && (at[size] == ' ' || !at[size]))
            return true;
    }
    return false;
}

static const char **place_of(struct options *o, const char *name)
{
    for (size_t i = 0; i < VALUED; i++) {
        if (!strcmp(valued[i].name, name))
            return (const char **)(void *)((char *)o + valued[i].place);
    }
    return NULL;
}

static bool set_switch(struct options *o, const char *name)
{
    const struct {
        const char *name;
        bool *place;
    } switches[] = {
        {"allow-weak", &o->allow_weak}, {"explain", &o->explain}, {"json", &o->json},
        {"report", &o->report},         {"write", &o->write},
    };
    for (size_t i = 0; i < sizeof switches / sizeof switches[0]; i++) {
        if (!strcmp(switches[i].name, name))
            return *switches[i].place = true;
    }
    return false;
}

int64_t option_number(const char *name, const char *text, int64_t most)
{
    char *end;
    errno = 0;
    const long long number = strtoll(text, &end, 10);
    if (!*text || *end || errno || number < 0 || number > most)
        die(USAGE, "secmail-auth: --%s %s: not a number from 0 to %lld", name, text,
            (long long)most);
    return number;
}

static uint32_t read_methods(const char *list)
{
    static const char *const names[] = {"spf", "dkim", "dmarc", "arc"};
    uint32_t methods = 0;
    while (*list) {
        const size_t size = strcspn(list, ",");
        uint32_t found = 0;
        for (size_t i = 0; i < 4; i++) {
            if (size == strlen(names[i]) && !strncmp(list, names[i], size))
                found = 1U << i;
        }
        if (!found)
            die(USAGE, "secmail-auth: --only takes a list out of spf,dkim,dmarc,arc");
        methods |= found;
        list += size + (list[size] == ',');
    }
    return methods;
}

static void check_needed(struct options *o, const char *needed)
{
    char name[32];
    for (const char *at = needed; *at;) {
        const size_t size = strcspn(at, " ");
        snprintf(name, sizeof name, "%.*s", (int)size, at);
        if (!*place_of(o, name))
            die(USAGE, "secmail-auth: --%s is missing; see secmail-auth --help", name);
        at += size + (at[size] == ' ');
    }
}

void read_options(struct options *o, int argc, char **argv, const char *allowed, const char *needed)
{
    for (int i = 0; i < argc; i++) {
        const char *name = argv[i] + 2;
        if (strncmp(argv[i], "--", 2) != 0 || !is_listed(allowed, name))
            die(USAGE, "secmail-auth: %s is no option of this command; see secmail-auth --help",
                argv[i]);
        if (set_switch(o, name))
            continue;
        if (i + 1 == argc)
            die(USAGE, "secmail-auth: %s wants a value", argv[i]);
        *place_of(o, name) = argv[++i];
    }
    check_needed(o, needed);
    o->methods = o->only ? read_methods(o->only) : SECMAIL_MAILAUTH_ALL;
    o->repeats = o->repeat ? (unsigned long)option_number("repeat", o->repeat, 1000000000) : 0;
    if (o->now)
        o->time = option_number("now", o->now, INT64_MAX);
}
