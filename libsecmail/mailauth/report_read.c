/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reading aggregate reports with Expat: of RFC 9990, RFC 7489 and older. One table tells which
 * elements are known; others are passed over with all that they hold. Expat's own memory comes from
 * malloc(); it is bounded by the size of the input, since no entity is expanded.
 */
#include "mailauth/report.h"

#include <expat.h>

enum { TEXT_MAX = 4096, PIECE = 1 << 20 };

/* Elements that hold others. */
enum node {
    DOCUMENT,
    FEEDBACK,
    METADATA,
    RANGE,
    POLICY,
    RECORD,
    ROW,
    EVALUATED,
    IDENTIFIERS,
    RESULTS,
    REASON,
    DKIM,
    SPF,
    NODES
};

static const struct {
    const char *name;
    enum node parent;
    uint32_t detail; /* enum secmail_dmarc_detail, if it is one */
} nodes[NODES] = {
    [FEEDBACK] = {"feedback", DOCUMENT, 0},
    [METADATA] = {"report_metadata", FEEDBACK, 0},
    [RANGE] = {"date_range", METADATA, 0},
    [POLICY] = {"policy_published", FEEDBACK, 0},
    [RECORD] = {"record", FEEDBACK, 0},
    [ROW] = {"row", RECORD, 0},
    [EVALUATED] = {"policy_evaluated", ROW, 0},
    [IDENTIFIERS] = {"identifiers", RECORD, 0},
    [RESULTS] = {"auth_results", RECORD, 0},
    [REASON] = {"reason", EVALUATED, SECMAIL_DMARC_REASON},
    [DKIM] = {"dkim", RESULTS, SECMAIL_DMARC_DKIM},
    [SPF] = {"spf", RESULTS, SECMAIL_DMARC_SPF},
};

/* Which texts of the report, and of a record, stand in which element. */
static const enum node report_places[SMI_REPORT_TEXTS] = {
    [SECMAIL_DMARC_REPORT_ORG_NAME] = METADATA, [SECMAIL_DMARC_REPORT_EMAIL] = METADATA,
    [SECMAIL_DMARC_REPORT_CONTACT] = METADATA,  [SECMAIL_DMARC_REPORT_ID] = METADATA,
    [SECMAIL_DMARC_REPORT_ERROR] = METADATA,    [SECMAIL_DMARC_REPORT_GENERATOR] = METADATA,
    [SECMAIL_DMARC_REPORT_DOMAIN] = POLICY,     [SECMAIL_DMARC_REPORT_P] = POLICY,
    [SECMAIL_DMARC_REPORT_SP] = POLICY,         [SECMAIL_DMARC_REPORT_NP] = POLICY,
    [SECMAIL_DMARC_REPORT_ADKIM] = POLICY,      [SECMAIL_DMARC_REPORT_ASPF] = POLICY,
    [SECMAIL_DMARC_REPORT_TESTING] = POLICY,    [SECMAIL_DMARC_REPORT_DISCOVERY] = POLICY,
    [SECMAIL_DMARC_REPORT_FO] = POLICY,         [SECMAIL_DMARC_REPORT_PCT] = POLICY,
    [SECMAIL_DMARC_REPORT_VERSION] = FEEDBACK,
};
static const enum node record_places[SMI_RECORD_TEXTS] = {
    [SECMAIL_DMARC_RECORD_SOURCE_IP] = ROW,
    [SECMAIL_DMARC_RECORD_DISPOSITION] = EVALUATED,
    [SECMAIL_DMARC_RECORD_DKIM] = EVALUATED,
    [SECMAIL_DMARC_RECORD_SPF] = EVALUATED,
    [SECMAIL_DMARC_RECORD_ENVELOPE_TO] = IDENTIFIERS,
    [SECMAIL_DMARC_RECORD_ENVELOPE_FROM] = IDENTIFIERS,
    [SECMAIL_DMARC_RECORD_HEADER_FROM] = IDENTIFIERS,
};

/* What an element with text sets. */
struct leaf {
    char **text;
    uint64_t *count;
    int64_t *time;
    bool word; /* lower case */
};

struct reader {
    struct secmail_dmarc_report *report;
    XML_Parser parser;
    enum node node;    /* the innermost known one */
    bool in_leaf;      /* and in it, an element with text */
    size_t skipped;    /* elements around here that are passed over */
    size_t space_size; /* of the root's namespace, with the mark behind it */
    char *space;       /* NULL until the root */
    struct smi_buf text;
    struct leaf leaf;
    int rc;
};

static void stop(struct reader *r, int rc)
{
    if (!r->rc)
        r->rc = rc;
    XML_StopParser(r->parser, XML_FALSE);
}

static void refuse(struct reader *r, const char *why)
{
    if (!r->rc)
        stop(r,
             smi_fail(r->report->context, SECMAIL_E_MAILAUTH_REPORT, "line %lu: not a report: %s",
                      (unsigned long)XML_GetCurrentLineNumber(r->parser), why));
}

/* ---- Names ---- */

/* Expat gives "namespace|name". All of a report is in the namespace of its root; what isn't is an
 * extension. NULL for such a name. */
static const char *local_name(struct reader *r, const char *name)
{
    const char *mark = strrchr(name, '|');
    const size_t size = mark ? (size_t)(mark - name) + 1 : 0;
    if (!r->space) {
        r->space = smi_alloc(&r->report->context->mem, size + 1);
        if (!r->space) {
            stop(r, smi_nomem(r->report->context));
            return NULL;
        }
        memcpy(r->space, name, size);
        r->space[size] = '\0';
        r->space_size = size;
    }
    return size == r->space_size && !strncmp(name, r->space, size) ? name + size : NULL;
}

static enum node child_of(enum node parent, const char *name)
{
    for (int i = FEEDBACK; i < NODES; i++) {
        if (nodes[i].parent == parent && !strcmp(nodes[i].name, name))
            return (enum node)i;
    }
    return DOCUMENT;
}

static bool find_text(struct leaf *leaf, const struct smi_report_text *level, char **texts,
                      size_t count, const enum node *places, enum node node, const char *name)
{
    for (size_t i = 1; i < count; i++) {
        if (level[i].name && (!places || places[i] == node) && !strcmp(level[i].name, name)) {
            *leaf = (struct leaf){.text = &texts[i], .word = level[i].words != NULL};
            return true;
        }
    }
    return false;
}

static struct smi_report_record *last_record(struct reader *r)
{
    return r->report->count ? &r->report->records[r->report->count - 1] : NULL;
}

static bool find_number(struct reader *r, struct leaf *leaf, const char *name)
{
    *leaf = (struct leaf){0};
    if (r->node == RANGE && !strcmp(name, "begin"))
        leaf->time = &r->report->begin;
    else if (r->node == RANGE && !strcmp(name, "end"))
        leaf->time = &r->report->end;
    else if (r->node == ROW && !strcmp(name, "count"))
        leaf->count = &last_record(r)->messages;
    return leaf->time || leaf->count;
}

static bool find_leaf(struct reader *r, struct leaf *leaf, const char *name)
{
    const uint32_t kind = nodes[r->node].detail;
    if (find_number(r, leaf, name) || find_text(leaf, smi_report_texts, r->report->texts,
                                                SMI_REPORT_TEXTS, report_places, r->node, name))
        return true;
    struct smi_report_record *record = last_record(r);
    if (!kind)
        return record && find_text(leaf, smi_report_record_texts, record->texts, SMI_RECORD_TEXTS,
                                   record_places, r->node, name);
    const struct smi_report_details *d = &record->details[kind];
    return find_text(leaf, smi_report_detail_texts(kind), d->items[d->count - 1].texts,
                     SMI_DETAIL_TEXTS, NULL, r->node, name);
}

/* ---- Elements ---- */

static void enter_node(struct reader *r, enum node node)
{
    int rc = 0;
    r->node = node;
    if (node == RECORD)
        rc = smi_report_add_record(r->report, 0);
    else if (nodes[node].detail)
        rc = smi_report_add_detail(r->report, last_record(r), nodes[node].detail);
    if (rc)
        stop(r, rc);
}

static void XMLCALL on_start(void *user, const char *name, const char **attributes)
{
    struct reader *r = user;
    (void)attributes;
    const char *local = r->skipped || r->in_leaf ? NULL : local_name(r, name);
    const enum node child = local ? child_of(r->node, local) : DOCUMENT;
    if (r->rc)
        return;
    if (child != DOCUMENT)
        enter_node(r, child);
    else if (r->node == DOCUMENT)
        refuse(r, "the outermost element isn't feedback");
    else if (local && find_leaf(r, &r->leaf, local))
        r->in_leaf = true;
    else
        r->skipped++;
    r->text.size = 0;
}

static void XMLCALL on_text(void *user, const char *text, int size)
{
    struct reader *r = user;
    const size_t room = TEXT_MAX - r->text.size;
    if (r->in_leaf && !r->skipped)
        smi_put(&r->text, text, (size_t)size < room ? (size_t)size : room);
}

static void store_text(struct reader *r, struct smi_span text)
{
    struct smi_buf b = smi_buf_open(&r->report->context->mem);
    smi_put_visible(&b, text);
    smi_put_u8(&b, 0);
    for (size_t i = 0; r->leaf.word && !b.error && i < b.size; i++)
        b.data[i] = smi_lower(b.data[i]);
    const int rc = b.error ? smi_nomem(r->report->context)
                           : smi_report_put(r->report, r->leaf.text, (const char *)b.data);
    smi_buf_free(&b);
    if (rc)
        stop(r, rc);
}

static void store(struct reader *r)
{
    const struct smi_span text = smi_span_trim(smi_span(r->text.data, r->text.size));
    uint64_t number = 0;
    if (r->text.error)
        stop(r, smi_nomem(r->report->context));
    else if (r->leaf.text)
        store_text(r, text);
    else if (!smi_span_number(text, &number) || number > INT64_MAX)
        refuse(r, "a count or time is no number");
    else if (r->leaf.count)
        *r->leaf.count = number;
    else
        *r->leaf.time = (int64_t)number;
}

static void XMLCALL on_end(void *user, const char *name)
{
    struct reader *r = user;
    (void)name;
    if (r->rc)
        return;
    if (r->skipped) {
        r->skipped--;
    } else if (r->in_leaf) {
        r->in_leaf = false;
        store(r);
    } else {
        r->node = nodes[r->node].parent;
    }
}

static void XMLCALL on_doctype(void *user, const char *name, const char *system,
                               const char *public_id, int internal)
{
    (void)name;
    (void)system;
    (void)public_id;
    (void)internal;
    refuse(user, "it has a document type declaration");
}

/* ---- Documents ---- */

static int parse(struct reader *r, struct smi_span xml)
{
    enum XML_Status status = XML_STATUS_OK;
    while (status == XML_STATUS_OK && xml.size) {
        const size_t size = xml.size < PIECE ? xml.size : PIECE;
        status = XML_Parse(r->parser, (const char *)xml.data, (int)size, size == xml.size);
        xml = smi_span_from(xml, size);
    }
    if (r->rc || status == XML_STATUS_OK)
        return r->rc;
    if (XML_GetErrorCode(r->parser) == XML_ERROR_NO_MEMORY)
        return smi_nomem(r->report->context);
    return smi_fail(r->report->context, SECMAIL_E_MAILAUTH_REPORT, "line %lu: not a report: %s",
                    (unsigned long)XML_GetCurrentLineNumber(r->parser),
                    XML_ErrorString(XML_GetErrorCode(r->parser)));
}

static int read_report(struct secmail_dmarc_report *report, struct smi_span xml)
{
    struct reader r = {.report = report, .parser = XML_ParserCreateNS(NULL, '|')};
    if (!r.parser)
        return smi_nomem(report->context);
    r.text = smi_buf_open(&report->context->mem);
    XML_SetUserData(r.parser, &r);
    XML_SetElementHandler(r.parser, on_start, on_end);
    XML_SetCharacterDataHandler(r.parser, on_text);
    XML_SetStartDoctypeDeclHandler(r.parser, on_doctype);
    const int rc = parse(&r, xml);
    XML_ParserFree(r.parser);
    smi_buf_free(&r.text);
    if (r.space)
        smi_free(&report->context->mem, r.space, r.space_size + 1);
    return rc;
}

int secmail_dmarc_report_read(struct secmail_context *context, struct secmail_dmarc_report **out,
                              const uint8_t *xml, size_t size)
{
    if (!smi_enter(context) || !out || (!xml && size))
        return SECMAIL_E_ARGUMENT;
    struct secmail_dmarc_report *report;
    *out = NULL;
    /* Some reports begin with an empty line, before which no XML declaration may stand. */
    const struct smi_span text = smi_span_trim(smi_span(xml, size));
    if (!text.size)
        return smi_fail(context, SECMAIL_E_MAILAUTH_REPORT, "the report is empty");
    int rc = secmail_dmarc_report_new(context, &report);
    if (!rc)
        rc = read_report(report, text);
    if (rc)
        secmail_dmarc_report_free(report);
    else
        *out = report;
    return rc;
}
