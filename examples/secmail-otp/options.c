/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The command line: --name VALUE, --name=VALUE, and what remains. */
#include "tool.h"

#include <stddef.h>
#include <string.h>

enum kind { TEXT, FLAG, LIST };

static const struct {
    const char *name;
    enum kind kind;
    size_t offset;
} table[] = {
    {"state", TEXT, offsetof(struct options, state)},
    {"key-file", TEXT, offsetof(struct options, key_file)},
    {"account", TEXT, offsetof(struct options, account)},
    {"issuer", TEXT, offsetof(struct options, issuer)},
    {"label", TEXT, offsetof(struct options, label)},
    {"uri", TEXT, offsetof(struct options, uri)},
    {"type", TEXT, offsetof(struct options, type)},
    {"algorithm", TEXT, offsetof(struct options, algorithm)},
    {"digits", TEXT, offsetof(struct options, digits)},
    {"period", TEXT, offsetof(struct options, period)},
    {"counter", TEXT, offsetof(struct options, counter)},
    {"format", TEXT, offsetof(struct options, format)},
    {"output", TEXT, offsetof(struct options, output)},
    {"time", TEXT, offsetof(struct options, time)},
    {"now", TEXT, offsetof(struct options, now)},
    {"scope", TEXT, offsetof(struct options, scope)},
    {"expires", TEXT, offsetof(struct options, expires)},
    {"json", FLAG, offsetof(struct options, json)},
    {"invert", FLAG, offsetof(struct options, invert)},
    {"rule", LIST, 0},
};

enum { OPTIONS = sizeof table / sizeof table[0] };

/* Is a word in a list with spaces between the words? */
static bool is_in(const char *list, const char *word, size_t size)
{
    while (*list) {
        const size_t length = strcspn(list, " ");
        if (length == size && strncmp(list, word, size) == 0)
            return true;
        list += length + (list[length] == ' ');
    }
    return false;
}

static size_t find(const char *name, size_t size)
{
    size_t i = 0;
    while (i < OPTIONS && (strlen(table[i].name) != size || strncmp(table[i].name, name, size)))
        i++;
    return i;
}

static bool set(struct options *o, size_t i, const char *value)
{
    if (table[i].kind == FLAG) {
        memcpy((char *)o + table[i].offset, &(bool){true}, sizeof(bool));
    } else if (table[i].kind == TEXT) {
        memcpy((char *)o + table[i].offset, &value, sizeof value);
    } else {
        if (o->rule_count == MAX_RULES)
            return false;
        o->rules[o->rule_count++] = value;
    }
    return true;
}

/* One option; `*index` moves on if its value is an argument of its own. */
static bool read_option(struct tool *t, const char *allowed, int argc, char **argv, int *index)
{
    const char *name = argv[*index] + 2;
    const size_t size = strcspn(name, "=");
    const size_t i = find(name, size);
    const char *value = name[size] == '=' ? name + size + 1 : NULL;
    if (i == OPTIONS || !is_in(allowed, name, size)) {
        usage_error("%s has no option --%.*s; see secmail-otp --help", t->command, (int)size, name);
        return false;
    }
    if (table[i].kind == FLAG && value) {
        usage_error("--%s takes no value", table[i].name);
        return false;
    }
    if (table[i].kind != FLAG && !value) {
        if (*index + 1 == argc) {
            usage_error("--%s needs a value", table[i].name);
            return false;
        }
        value = argv[++*index];
    }
    if (set(&t->o, i, value))
        return true;
    usage_error("too many --%s options", table[i].name);
    return false;
}

bool read_options(struct tool *t, const char *allowed, int argc, char **argv)
{
    bool only_arguments = false;
    for (int i = 0; i < argc; i++) {
        if (!only_arguments && strcmp(argv[i], "--") == 0) {
            only_arguments = true;
        } else if (!only_arguments && strncmp(argv[i], "--", 2) == 0) {
            if (!read_option(t, allowed, argc, argv, &i))
                return false;
        } else if (t->o.argument_count == MAX_ARGUMENTS) {
            usage_error("more than %d arguments", MAX_ARGUMENTS);
            return false;
        } else {
            t->o.arguments[t->o.argument_count++] = argv[i];
        }
    }
    return true;
}

bool read_number(const char *what, const char *text, uint64_t least, uint64_t greatest,
                 uint64_t *number)
{
    uint64_t value = 0;
    bool good = *text != '\0';
    for (const char *p = text; *p && good; p++) {
        const unsigned digit = (unsigned)(unsigned char)*p - '0';
        good = digit <= 9 && value <= (greatest - (digit <= 9 ? digit : 0)) / 10;
        value = value * 10 + digit;
    }
    if (good && value >= least && value <= greatest) {
        *number = value;
        return true;
    }
    usage_error("%s is a number from %llu to %llu, not \"%s\"", what, (unsigned long long)least,
                (unsigned long long)greatest, text);
    return false;
}
