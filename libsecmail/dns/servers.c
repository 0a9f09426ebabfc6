/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whom libunbound asks: servers of resolv.conf, forwarders, authoritative servers of zones. */
#include "dns/ub_state.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

enum { ADDRESS_MAX = 64 };

/* "192.0.2.1", "2001:db8::1", either with "@" and a port. */
static bool is_address(const char *text)
{
    uint8_t binary[16];
    char ip[ADDRESS_MAX];
    const size_t size = strcspn(text, "@");
    if (size >= sizeof ip || strlen(text) >= ADDRESS_MAX)
        return false;
    memcpy(ip, text, size);
    ip[size] = 0;
    if (inet_pton(AF_INET, ip, binary) != 1 && inet_pton(AF_INET6, ip, binary) != 1)
        return false;
    if (!text[size])
        return true;
    uint32_t port = 0;
    const char *digit = text + size + 1;
    for (; *digit >= '0' && *digit <= '9' && port < 65536; digit++)
        port = port * 10 + (uint32_t)(*digit - '0');
    return !*digit && port > 0 && port < 65536;
}

/* Remembers that the zone has a server. */
static int note_zone(struct secmail_dns *dns, const struct smi_dns_name *zone)
{
    struct smi_unbound *u = dns->state;
    if (zone->size)
        return smi_unbound_note(dns, &u->zones, &u->zone_count, &u->zone_room, zone);
    u->has_upstream = true;
    return 0;
}

/* Reads a server and notes its zone. */
static int read_server(struct secmail_dns *dns, struct smi_dns_name *zone, const char *name,
                       const char *address)
{
    int rc = smi_dns_enter(dns, &smi_dns_unbound_driver, true);
    if (rc)
        return rc;
    if (!name || !address)
        return smi_fail(dns->context, SECMAIL_E_ARGUMENT, "a server has a zone and an address");
    if (!smi_dns_name_read(zone, name, strlen(name)))
        return smi_fail(dns->context, SECMAIL_E_DNS_CONFIG, "\"%.80s\" is no name of a zone", name);
    if (!is_address(address))
        return smi_fail(dns->context, SECMAIL_E_DNS_CONFIG,
                        "\"%.80s\" is no address: write 192.0.2.1 or 192.0.2.1@5353", address);
    return note_zone(dns, zone);
}

int secmail_dns_use_resolv_conf(struct secmail_dns *dns, const char *path)
{
    int rc = smi_dns_enter(dns, &smi_dns_unbound_driver, true);
    if (rc)
        return rc;
    struct smi_unbound *u = dns->state;
    const int error = ub_ctx_resolvconf(u->ctx, path);
    if (error == UB_READFILE)
        return smi_fail(dns->context, SECMAIL_E_DNS_CONFIG, "%.200s can't be read",
                        path ? path : "/etc/resolv.conf");
    if (error)
        return smi_unbound_fail(dns, "resolv.conf", error);
    u->has_upstream = true;
    return 0;
}

int secmail_dns_add_stub(struct secmail_dns *dns, const char *zone, const char *address)
{
    struct smi_dns_name name;
    char quoted[SMI_DNS_QUOTED_SIZE];
    const int rc = read_server(dns, &name, zone, address);
    if (rc)
        return rc;
    struct smi_unbound *u = dns->state;
    smi_dns_name_quote(&name, quoted);
    const int error = ub_ctx_set_stub(u->ctx, quoted, address, 0);
    return error ? smi_unbound_fail(dns, "a stub zone", error) : 0;
}

/* libunbound takes forward zones other than the root only from a configuration file: this one has
 * no name in any folder. */
static int configure(struct secmail_dns *dns, const char *text)
{
    struct smi_unbound *u = dns->state;
    char path[32];
    const int fd = memfd_create("forward-zone", MFD_CLOEXEC);
    if (fd < 0)
        return smi_fail(dns->context, SECMAIL_E_DNS_DRIVER, "memfd_create() failed");
    const ssize_t size = (ssize_t)strlen(text);
    int error = write(fd, text, (size_t)size) == size ? 0 : UB_READFILE;
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    if (!error)
        error = ub_ctx_config(u->ctx, path);
    close(fd);
    return error ? smi_unbound_fail(dns, "a forward zone", error) : 0;
}

int secmail_dns_add_forwarder(struct secmail_dns *dns, const char *zone, const char *address)
{
    struct smi_dns_name name;
    char quoted[SMI_DNS_QUOTED_SIZE], text[SMI_DNS_QUOTED_SIZE + ADDRESS_MAX + 64];
    const int rc = read_server(dns, &name, zone, address);
    if (rc)
        return rc;
    struct smi_unbound *u = dns->state;
    if (!name.size) {
        const int error = ub_ctx_set_fwd(u->ctx, address);
        return error ? smi_unbound_fail(dns, "a forwarder", error) : 0;
    }
    smi_dns_name_quote(&name, quoted);
    snprintf(text, sizeof text, "forward-zone:\n name: \"%s\"\n forward-addr: %s\n", quoted,
             address);
    return configure(dns, text);
}
