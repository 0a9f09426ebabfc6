/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "emit.h"

#include "io.h"

static const char what[] = "standard output";

int emit_open(const struct sop *sop, struct emit *emit, bool armored, uint32_t kind)
{
    *emit = (struct emit){sop, NULL};
    const int error = armored ? secmail_armor_new(sop->context, &emit->armor, kind) : 0;
    return error ? sop_fail_library(sop, error, SOP_OBJECT, what) : SOP_OK;
}

static int put(struct emit *emit, struct secmail_input *in, bool end)
{
    uint8_t room[16384];
    int status;
    do {
        struct secmail_output out = {room, sizeof room, 0};
        status = secmail_armor_update(emit->armor, in, &out, end);
        if (status < 0)
            return sop_fail_library(emit->sop, status, SOP_OBJECT, what);
        const int failed = output_stdout(emit->sop, room, out.pos);
        if (failed)
            return failed;
    } while (status == SECMAIL_NEEDS_ROOM);
    return SOP_OK;
}

/* Writes what the library returned, and frees it. */
static int put_bytes(struct emit *emit, int error, struct secmail_bytes *bytes)
{
    if (error)
        return sop_fail_library(emit->sop, error, SOP_OBJECT, what);
    struct secmail_input in = {secmail_bytes_data(bytes), secmail_bytes_size(bytes), 0};
    const int failed = emit->armor ? put(emit, &in, false)
                                   : output_stdout(emit->sop, in.data, in.size);
    secmail_bytes_free(bytes);
    return failed;
}

int emit_cert(struct emit *emit, const struct secmail_cert *cert)
{
    struct secmail_bytes *bytes;
    const int error = secmail_cert_export(emit->sop->context, cert, 0, &bytes);
    return put_bytes(emit, error, bytes);
}

int emit_key(struct emit *emit, const struct secmail_key *key)
{
    struct secmail_bytes *bytes;
    const int error = secmail_key_export(emit->sop->context, key, 0, &bytes);
    return put_bytes(emit, error, bytes);
}

int emit_close(struct emit *emit, int code)
{
    if (!code && emit->armor)
        code = put(emit, &(struct secmail_input){0}, true);
    secmail_armor_free(emit->armor);
    return code;
}
