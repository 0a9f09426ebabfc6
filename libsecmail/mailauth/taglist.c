/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tag=value lists. */
#include "mailauth/taglist.h"

/* tag-name = ALPHA *ALNUMPUNC, with "_" for punctuation */
static bool is_tag_name(struct smi_span name)
{
    if (!name.size || !smi_is_alpha(name.data[0]))
        return false;
    for (size_t i = 1; i < name.size; i++) {
        if (!smi_is_alnum(name.data[i]) && name.data[i] != '_')
            return false;
    }
    return true;
}

/* VALCHAR, folding white space, and the characters that RFC 8616 section 5 adds. */
static bool is_tag_value(struct smi_span value)
{
    for (size_t i = 0; i < value.size; i++) {
        const uint8_t c = value.data[i];
        if ((c < 0x21 && !smi_is_fws(c)) || c == 0x7f)
            return false;
    }
    return smi_span_is_ascii(value) || smi_span_is_utf8(value);
}

bool smi_tag_next(struct smi_span *rest, struct smi_tag *tag)
{
    if (!rest->size)
        return false;
    struct smi_span piece = smi_span_cut(rest, ';');
    const size_t equals = smi_span_find(piece, '=');
    *tag = (struct smi_tag){.name = smi_span("", 0)};
    if (equals == piece.size)
        return true;
    const struct smi_span name = smi_span_trim(smi_span(piece.data, equals));
    if (!is_tag_name(name))
        return true;
    tag->name = name;
    tag->raw = smi_span_from(piece, equals + 1);
    tag->value = smi_span_trim(tag->raw);
    return true;
}

const struct smi_tag *smi_taglist_get(const struct smi_taglist *list, const char *name)
{
    for (size_t i = 0; i < list->count; i++) {
        if (smi_span_equal(list->tags[i].name, smi_span_text(name)))
            return &list->tags[i];
    }
    return NULL;
}

static bool is_in(const struct smi_taglist *list, struct smi_span name)
{
    for (size_t i = 0; i < list->count; i++) {
        if (smi_span_equal(list->tags[i].name, name))
            return true;
    }
    return false;
}

/* tag-list = tag-spec *( ";" tag-spec ) [ ";" ]: takes the last ";" off. */
static struct smi_span without_end(struct smi_span text)
{
    text = smi_span_trim(text);
    if (text.size && text.data[text.size - 1] == ';')
        text.size--;
    return smi_span_trim(text);
}

const char *smi_taglist_read(struct smi_taglist *list, struct smi_span text)
{
    struct smi_span rest = without_end(text);
    struct smi_tag tag;
    list->count = 0;
    if (rest.size && rest.data[rest.size - 1] == ';')
        return "it has nothing between two semicolons";
    while (smi_tag_next(&rest, &tag)) {
        if (!tag.name.size)
            return "it isn't a list of tag=value";
        if (!is_tag_value(tag.value))
            return "a tag's value holds a character that it can't";
        if (is_in(list, tag.name))
            return "a tag stands in it twice";
        if (list->count == SMI_TAGS_MAX)
            return "it has more than 64 tags";
        list->tags[list->count++] = tag;
    }
    return list->count ? NULL : "it is empty";
}
