/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a trusted sealer says that it found (RFC 8617 section 7.2). */
#include "mailauth/arc_results.h"

#include "mailauth/authres.h"

static bool is_trusted(const struct secmail_mailauth *m)
{
    struct smi_domain sealer;
    if (!smi_domain_read(&sealer, m->arc_chain->seal.domain))
        return false;
    for (size_t i = 0; i < m->sealer_count; i++) {
        if (smi_domain_same(&sealer, &m->sealers[i]))
            return true;
    }
    return false;
}

static bool says_pass(const struct secmail_authres *a, const char *method)
{
    for (size_t i = 0; i < secmail_authres_count(a); i++) {
        if (!strcmp(secmail_authres_method(a, i), method))
            return !strcmp(secmail_authres_result(a, i), "pass");
    }
    return false;
}

bool smi_arc_vouches(struct secmail_mailauth *m)
{
    if (!smi_result_passed(&m->arc) || !is_trusted(m))
        return false;
    const struct smi_header *h = &m->message.header;
    const struct smi_arc_set *set = &m->arc_chain->sets[m->arc_chain->instances - 1];
    struct smi_span value = smi_field_value(h, &h->fields[set->results - 1]);
    struct secmail_authres *a;
    smi_arc_take_instance(&value);
    const int rc = smi_authres_read(m->context, &a, value);
    if (rc == SECMAIL_E_NOMEM)
        m->answers.error = rc;
    else if (rc)
        smi_recover(m->context);
    const bool pass = !rc && says_pass(a, "dmarc");
    secmail_authres_free(a);
    return pass;
}
