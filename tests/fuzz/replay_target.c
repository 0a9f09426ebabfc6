/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The target that tests the replay driver: it shows what it is given, and fails for "fail". */
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    printf("size %zu hash %016llx\n", size, (unsigned long long)fuzz_hash(data, size));
    fflush(stdout);
    FUZZ_CHECK(size != 4 || memcmp(data, "fail", 4) != 0);
    return 0;
}
