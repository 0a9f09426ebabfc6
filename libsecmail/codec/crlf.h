/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Canonical line ends (RFC 9580 section 5.2.1.2): each line ends with CR LF. A lone CR is a
 * character like any other.
 */
#ifndef SMI_CODEC_CRLF_H
#define SMI_CODEC_CRLF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct smi_crlf {
    bool after_cr; /* the text so far ends with a CR */
};

/*
 * How many bytes at the front of the text are canonical already. If that is less than `size`, a
 * line feed without its CR follows, for which CR LF stands in the canonical text; the caller goes
 * on behind it.
 */
size_t smi_crlf_span(struct smi_crlf *c, const uint8_t *text, size_t size);

#endif
