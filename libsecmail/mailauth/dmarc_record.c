/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* DMARC policy records (RFC 9989 sections 4.7 and 4.8). */
#include "mailauth/dmarc.h"

#include "mailauth/taglist.h"

static bool take_version(struct smi_span *rest)
{
    struct smi_tag tag;
    return smi_tag_next(rest, &tag) && smi_span_equal(tag.name, smi_span_text("v")) &&
           smi_span_equal(tag.value, smi_span_text("DMARC1"));
}

bool smi_dmarc_is_record(struct smi_span text)
{
    return take_version(&text);
}

static uint8_t policy_of(struct smi_span value)
{
    for (uint8_t i = SECMAIL_MAILAUTH_POLICY_NONE; i <= SECMAIL_MAILAUTH_POLICY_REJECT; i++) {
        if (smi_span_is(value, secmail_mailauth_policy_name(i)))
            return i;
    }
    return 0;
}

/* scheme ":" and something without blanks behind it (RFC 3986 section 3). */
static bool is_uri(struct smi_span uri)
{
    const size_t colon = smi_span_find(uri, ':');
    if (!colon || colon + 1 >= uri.size || !smi_is_alpha(uri.data[0]))
        return false;
    for (size_t i = 0; i < uri.size; i++) {
        if (uri.data[i] <= 0x20 || uri.data[i] >= 0x7f)
            return false;
    }
    return !smi_span_begins(uri, "mailto:") || smi_span_find(uri, '@') < uri.size;
}

static bool has_uri(struct smi_span list)
{
    while (list.size) {
        if (is_uri(smi_span_trim(smi_span_cut(&list, ','))))
            return true;
    }
    return false;
}

/* One of the tags that say what to do; `bad` is noted for a value that isn't known. */
static bool read_policy(struct smi_dmarc_record *r, const struct smi_tag *tag, bool *bad)
{
    uint8_t *place = smi_span_equal(tag->name, smi_span_text("p"))    ? &r->p
                     : smi_span_equal(tag->name, smi_span_text("sp")) ? &r->sp
                     : smi_span_equal(tag->name, smi_span_text("np")) ? &r->np
                                                                      : NULL;
    if (!place)
        return false;
    *place = policy_of(tag->value);
    *bad = *bad || !*place;
    return true;
}

static void read_flag(struct smi_dmarc_record *r, const struct smi_tag *tag)
{
    const uint8_t value = tag->value.size == 1 ? smi_lower(tag->value.data[0]) : 0;
    if (smi_span_equal(tag->name, smi_span_text("adkim")))
        r->strict_dkim = value == 's';
    else if (smi_span_equal(tag->name, smi_span_text("aspf")))
        r->strict_spf = value == 's';
    else if (smi_span_equal(tag->name, smi_span_text("t")))
        r->testing = value == 'y';
    else if (smi_span_equal(tag->name, smi_span_text("psd")))
        r->psd = value == 'y' || value == 'n' ? value : 'u';
}

/*
 * "If a retrieved policy record does not contain a valid "p" tag, or contains an "sp" or "np" tag
 * that is not valid": with a usable "rua" it counts as "p=none", without one as no record to apply
 * (RFC 9989 section 4.10.1).
 */
static void judge_policies(struct smi_dmarc_record *r, bool bad)
{
    if (r->p && !bad)
        return;
    r->p = SECMAIL_MAILAUTH_POLICY_NONE;
    r->sp = r->np = 0;
    r->unusable = !r->rua.size;
}

void smi_dmarc_record_read(struct smi_dmarc_record *r, struct smi_span text)
{
    *r = (struct smi_dmarc_record){.psd = 'u', .text = text};
    struct smi_span rest = text;
    struct smi_tag tag;
    bool bad = false;
    take_version(&rest);
    while (smi_tag_next(&rest, &tag)) {
        if (!tag.name.size || read_policy(r, &tag, &bad))
            continue;
        if (smi_span_equal(tag.name, smi_span_text("rua")))
            r->rua = has_uri(tag.value) ? tag.value : smi_span("", 0);
        else if (smi_span_equal(tag.name, smi_span_text("fo")))
            r->fo = tag.value;
        else
            read_flag(r, &tag);
    }
    judge_policies(r, bad);
}
