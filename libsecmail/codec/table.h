/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Constant tables that the compiler computes: SMI_TABLE_256(f) is f(0), f(1), ..., f(255). */
#ifndef SMI_CODEC_TABLE_H
#define SMI_CODEC_TABLE_H

#define SMI_TABLE_4_FROM(f, n) f((n)), f((n) + 1), f((n) + 2), f((n) + 3)
#define SMI_TABLE_16_FROM(f, n)                                                                    \
    SMI_TABLE_4_FROM(f, n), SMI_TABLE_4_FROM(f, (n) + 4), SMI_TABLE_4_FROM(f, (n) + 8),            \
        SMI_TABLE_4_FROM(f, (n) + 12)
#define SMI_TABLE_64_FROM(f, n)                                                                    \
    SMI_TABLE_16_FROM(f, n), SMI_TABLE_16_FROM(f, (n) + 16), SMI_TABLE_16_FROM(f, (n) + 32),       \
        SMI_TABLE_16_FROM(f, (n) + 48)
#define SMI_TABLE_256_FROM(f, n)                                                                   \
    SMI_TABLE_64_FROM(f, n), SMI_TABLE_64_FROM(f, (n) + 64), SMI_TABLE_64_FROM(f, (n) + 128),      \
        SMI_TABLE_64_FROM(f, (n) + 192)
#define SMI_TABLE_1024_FROM(f, n)                                                                  \
    SMI_TABLE_256_FROM(f, n), SMI_TABLE_256_FROM(f, (n) + 256), SMI_TABLE_256_FROM(f, (n) + 512),  \
        SMI_TABLE_256_FROM(f, (n) + 768)

#define SMI_TABLE_256(f) SMI_TABLE_256_FROM(f, 0)
#define SMI_TABLE_4096(f)                                                                          \
    SMI_TABLE_1024_FROM(f, 0), SMI_TABLE_1024_FROM(f, 1024), SMI_TABLE_1024_FROM(f, 2048),         \
        SMI_TABLE_1024_FROM(f, 3072)

#endif
