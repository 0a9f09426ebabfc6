/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* In place of unpack.c, for a build without zlib. */
#include "report.h"

struct bytes unpack(struct bytes packed)
{
    if (packed.size > 2 && packed.data[0] == 0x1f && packed.data[1] == 0x8b)
        die(USAGE, "secmail-auth: this build has no zlib; uncompress the report with gunzip");
    return packed;
}
