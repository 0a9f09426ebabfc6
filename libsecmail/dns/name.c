/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Names as text. */
#include "dns/name.h"

static char lower(char c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
}

/* Appends a label. */
static bool add_label(struct smi_dns_name *name, const char *label, size_t size)
{
    const size_t dot = name->size ? 1 : 0;
    if (!size || size > SMI_DNS_LABEL_MAX || name->size + dot + size > SMI_DNS_NAME_MAX)
        return false;
    if (memchr(label, 0, size) || memchr(label, '.', size))
        return false;
    if (dot)
        name->text[name->size++] = '.';
    for (size_t i = 0; i < size; i++)
        name->text[name->size++] = lower(label[i]);
    return true;
}

bool smi_dns_name_read(struct smi_dns_name *name, const char *text, size_t size)
{
    *name = (struct smi_dns_name){0};
    if (size == 1 && text[0] == '.')
        return true;
    while (size) {
        const char *dot = memchr(text, '.', size);
        const size_t label = dot ? (size_t)(dot - text) : size;
        if (!add_label(name, text, label))
            return false;
        text += label + (dot != NULL);
        size -= label + (dot != NULL);
    }
    return name->size > 0;
}

bool smi_dns_name_from_wire(struct smi_dns_name *name, const uint8_t *data, size_t size)
{
    struct smi_cursor c = smi_cursor(data, size);
    *name = (struct smi_dns_name){0};
    for (size_t label = smi_u8(&c); label; label = smi_u8(&c)) {
        const uint8_t *text = smi_take(&c, label);
        if (!text || !add_label(name, (const char *)text, label))
            return false;
    }
    return !c.bad && !smi_left(&c);
}

bool smi_dns_name_equal(const struct smi_dns_name *a, const struct smi_dns_name *b)
{
    return a->size == b->size && smi_equal(a->text, b->text, a->size);
}

bool smi_dns_name_under(const struct smi_dns_name *name, const struct smi_dns_name *above)
{
    if (!above->size || name->size <= above->size)
        return !above->size || smi_dns_name_equal(name, above);
    const char *end = name->text + (name->size - above->size);
    return end[-1] == '.' && smi_equal(end, above->text, above->size);
}

void smi_dns_name_quote(const struct smi_dns_name *name, char quoted[SMI_DNS_QUOTED_SIZE])
{
    size_t at = 0;
    for (size_t i = 0; i < name->size; i++) {
        const uint8_t c = (uint8_t)name->text[i];
        const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
                           c == '_' || c == '.';
        if (!plain) {
            quoted[at++] = '\\';
            quoted[at++] = (char)('0' + c / 100);
            quoted[at++] = (char)('0' + c / 10 % 10);
            quoted[at++] = (char)('0' + c % 10);
        } else {
            quoted[at++] = (char)c;
        }
    }
    quoted[at++] = '.';
    quoted[at] = 0;
}

enum smi_dns_special smi_dns_special(const struct smi_dns_name *name)
{
    static const struct {
        struct smi_dns_name name;
        enum smi_dns_special how;
    } table[] = {
        {{9, "localhost"}, SMI_DNS_LOOPBACK}, /* RFC 6761 section 6.3 */
        {{7, "invalid"}, SMI_DNS_NOWHERE},    /* RFC 6761 section 6.4 */
        {{4, "test"}, SMI_DNS_NOWHERE},       /* RFC 6761 section 6.2 */
        {{5, "local"}, SMI_DNS_NOWHERE},      /* RFC 6762 section 22.1: not by unicast DNS */
        {{5, "onion"}, SMI_DNS_NOWHERE},      /* RFC 7686 section 2 */
        {{3, "alt"}, SMI_DNS_NOWHERE},        /* RFC 9476 section 2 */
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        if (smi_dns_name_under(name, &table[i].name))
            return table[i].how;
    }
    return SMI_DNS_ORDINARY;
}
