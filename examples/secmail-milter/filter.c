/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What libmilter calls. A connection's calls come one after another, each perhaps from another
 * thread of libmilter's. */
#include "message.h"

#include <arpa/inet.h>

static struct connection *of(SMFICTX *ctx)
{
    return smfi_getpriv(ctx);
}

static void set_client(struct connection *c, const struct config *config, const _SOCK_ADDR *address)
{
    uint8_t ip[16] = {[10] = 0xff, [11] = 0xff};
    if (address && address->sa_family == AF_INET) {
        const struct in_addr *a = &((const struct sockaddr_in *)(const void *)address)->sin_addr;
        inet_ntop(AF_INET, a, c->client, sizeof c->client);
        memcpy(ip + 12, a, 4);
    } else if (address && address->sa_family == AF_INET6) {
        const struct in6_addr *a = &((const struct sockaddr_in6 *)(const void *)address)->sin6_addr;
        inet_ntop(AF_INET6, a, c->client, sizeof c->client);
        memcpy(ip, a, 16);
    }
    c->relay = c->internal = c->client[0] && is_internal(config, ip);
}

static sfsistat on_connect(SMFICTX *ctx, char *host, _SOCK_ADDR *address)
{
    static char daemon_name[] = "{daemon_name}";
    (void)host;
    struct connection *c = calloc(1, sizeof *c);
    if (!c || secmail_context_new(&c->context)) {
        free(c);
        return SMFIS_TEMPFAIL;
    }
    struct config *config = hold_config();
    const char *daemon = smfi_getsymval(ctx, daemon_name);
    set_client(c, config, address);
    if (daemon && !strcmp(daemon, config->outgoing_daemon))
        c->internal = true;
    release_config(config);
    smfi_setpriv(ctx, c);
    return SMFIS_CONTINUE;
}

static sfsistat on_helo(SMFICTX *ctx, char *name)
{
    struct connection *c = of(ctx);
    free(c->helo);
    c->helo = strdup(name);
    return c->helo ? SMFIS_CONTINUE : SMFIS_TEMPFAIL;
}

static sfsistat on_envfrom(SMFICTX *ctx, char **arguments)
{
    static char auth_authen[] = "{auth_authen}";
    struct connection *c = of(ctx);
    const char *user = smfi_getsymval(ctx, auth_authen);
    const char *start = arguments[0] + (arguments[0][0] == '<');
    char *address = strdup(start);
    if (!address)
        return SMFIS_TEMPFAIL;
    const size_t size = strlen(address);
    if (start > arguments[0] && size && address[size - 1] == '>')
        address[size - 1] = 0;
    c->goes_out = c->internal || user;
    const int rc = begin_message(c, address, user);
    free(address);
    if (!rc)
        return SMFIS_CONTINUE;
    say("a message can't be begun: %s", secmail_context_error_detail(c->context));
    return SMFIS_TEMPFAIL;
}

static sfsistat on_header(SMFICTX *ctx, char *name, char *value)
{
    put_field(of(ctx), name, value);
    return SMFIS_CONTINUE;
}

static sfsistat on_end_of_header(SMFICTX *ctx)
{
    put_message(of(ctx), "\r\n", 2);
    return SMFIS_CONTINUE;
}

static sfsistat on_body(SMFICTX *ctx, unsigned char *data, size_t size)
{
    put_message(of(ctx), data, size);
    return SMFIS_CONTINUE;
}

static sfsistat on_end_of_message(SMFICTX *ctx)
{
    struct connection *c = of(ctx);
    const sfsistat status = c->goes_out ? finish_outgoing(c, ctx) : finish_incoming(c, ctx);
    end_message(c);
    return status;
}

static sfsistat on_abort(SMFICTX *ctx)
{
    if (of(ctx))
        end_message(of(ctx));
    return SMFIS_CONTINUE;
}

static sfsistat on_close(SMFICTX *ctx)
{
    struct connection *c = of(ctx);
    if (!c)
        return SMFIS_CONTINUE;
    end_message(c);
    secmail_context_free(c->context);
    free(c->helo);
    free(c);
    smfi_setpriv(ctx, NULL);
    return SMFIS_CONTINUE;
}

/* White space behind a field's colon is part of what "simple" signatures cover: without it there
 * would be wrong verdicts, so a server that can't pass it on is refused. */
static sfsistat on_negotiate(SMFICTX *ctx, unsigned long actions, unsigned long steps,
                             unsigned long unused2, unsigned long unused3,
                             unsigned long *own_actions, unsigned long *own_steps,
                             unsigned long *own2, unsigned long *own3)
{
    (void)ctx;
    (void)unused2;
    (void)unused3;
    const unsigned long wanted = SMFIF_ADDHDRS | SMFIF_CHGHDRS;
    if (!(steps & SMFIP_HDR_LEADSPC) || (actions & wanted) != wanted) {
        say("the mail server's milter protocol is too old: it must pass leading spaces of fields");
        return SMFIS_REJECT;
    }
    *own_actions = wanted;
    *own_steps = SMFIP_HDR_LEADSPC | (steps & (SMFIP_NORCPT | SMFIP_NOUNKNOWN | SMFIP_NODATA));
    *own2 = *own3 = 0;
    return SMFIS_CONTINUE;
}

int serve(const struct config *config)
{
    static char name[] = "secmail-milter";
    struct smfiDesc filter = {
        .xxfi_name = name,
        .xxfi_version = SMFI_VERSION,
        .xxfi_flags = SMFIF_ADDHDRS | SMFIF_CHGHDRS,
        .xxfi_connect = on_connect,
        .xxfi_helo = on_helo,
        .xxfi_envfrom = on_envfrom,
        .xxfi_header = on_header,
        .xxfi_eoh = on_end_of_header,
        .xxfi_body = on_body,
        .xxfi_eom = on_end_of_message,
        .xxfi_abort = on_abort,
        .xxfi_close = on_close,
        .xxfi_negotiate = on_negotiate,
    };
    char place[TEXT];
    memcpy(place, config->socket, sizeof place);
    if (smfi_setconn(place) != MI_SUCCESS || smfi_register(filter) != MI_SUCCESS ||
        smfi_opensocket(true) != MI_SUCCESS) {
        say("socket %s can't be opened", config->socket);
        return 1;
    }
    say("ready on %s", config->socket);
    return smfi_main() == MI_SUCCESS ? 0 : 1;
}
