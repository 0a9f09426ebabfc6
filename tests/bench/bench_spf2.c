/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* libspf2 as a peer: its own zone in memory, one request a check. */
#include "bench.h"
#include "bench_mailauth_peers.h"

#if HAVE_SPF2
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/types.h>

#include <spf2/spf.h>
#include <spf2/spf_dns_zone.h>

static SPF_server_t *server;

bool spf2_is_there(void)
{
    return true;
}

void spf2_open(const struct bench_record *records, size_t count)
{
    SPF_dns_server_t *zone = SPF_dns_zone_new(NULL, "zone", 0);
    for (size_t i = 0; zone && i < count; i++) {
        const struct bench_record *r = &records[i];
        if (r->text) {
            SPF_dns_zone_add_str(zone, r->name, ns_t_txt, NETDB_SUCCESS, r->text);
            SPF_dns_zone_add_str(zone, r->name, ns_t_spf, NETDB_SUCCESS, r->text);
        } else {
            SPF_dns_zone_add_str(zone, r->name, ns_t_a, NETDB_SUCCESS, r->address);
        }
    }
    server = zone ? SPF_server_new_dns(zone, 0) : NULL;
    if (!server)
        bench_die("libspf2", "can't be set up");
}

bool spf2_check(const char *ip, const char *helo, const char *from)
{
    SPF_response_t *response = NULL;
    SPF_request_t *request = SPF_request_new(server);
    SPF_request_set_ipv4_str(request, ip);
    SPF_request_set_helo_dom(request, helo);
    SPF_request_set_env_from(request, from);
    SPF_request_query_mailfrom(request, &response);
    const bool pass = response && SPF_response_result(response) == SPF_RESULT_PASS;
    SPF_response_free(response);
    SPF_request_free(request);
    return pass;
}

void spf2_close(void)
{
    SPF_server_free(server);
}

#else

bool spf2_is_there(void)
{
    return false;
}

void spf2_open(const struct bench_record *records, size_t count)
{
    (void)records;
    (void)count;
}

bool spf2_check(const char *ip, const char *helo, const char *from)
{
    (void)ip;
    (void)helo;
    (void)from;
    return false;
}

void spf2_close(void)
{
}

#endif
