/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Version and feature query. The list of features is written by meson into build_features.h. */
#include "build_features.h"

#include <secmail/core.h>
#include <string.h>

const char *secmail_version(void)
{
    return SMI_VERSION;
}

uint32_t secmail_version_number(void)
{
    return SECMAIL_VERSION_NUMBER;
}

int secmail_feature_supported(const char *name)
{
    static const char *const features[] = {SMI_FEATURES};
    for (size_t i = 0; name && i < sizeof features / sizeof features[0]; i++) {
        if (strcmp(features[i], name) == 0)
            return 1;
    }
    return 0;
}
