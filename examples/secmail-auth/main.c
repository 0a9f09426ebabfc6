/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* secmail-auth: authentication of one mail, with DNS answers from a file or the network. */
#include "tool.h"

#include "../closed_streams.h"

#include <stdarg.h>
#include <sys/resource.h>

#define SESSION "dns server anchors ip helo from now authserv-id public-suffixes trust-sealer"

static const struct {
    const char *name;
    int (*run)(struct tool *t);
    const char *options;
    const char *needed;
    bool asks; /* the DNS */
} commands[] = {
    {"spf", command_spf, SESSION " repeat explain", "ip helo from", true},
    {"verify", command_verify, SESSION " allow-weak only repeat explain report disposition", "",
     true},
    {"sign", command_sign, "domain selector key now canon headers", "domain selector key", false},
    {"seal", command_seal, SESSION " allow-weak domain selector key", "domain selector key", true},
    {"keygen", command_keygen, "domain selector key algorithm bits", "domain selector key", false},
    {"dmarc-report", command_dmarc_report,
     "json write org email contact report-id begin end domain", "", false},
};

enum { COMMANDS = sizeof commands / sizeof commands[0] };

static const char help[] =
    "Usage: secmail-auth COMMAND [OPTION...] < MAIL\n"
    "\n"
    "Checks who sent a mail: SPF, DKIM, DMARC and ARC. DNS answers come from a\n"
    "file, or without --dns from the network.\n"
    "\n"
    "  spf --ip IP --helo NAME --from MAILFROM [--dns FILE.json]\n"
    "                      may this host send for this sender?\n"
    "  verify [--dns FILE.json] [--ip IP] [--helo NAME] [--from MAILFROM] [--only LIST]\n"
    "                      everything about the mail; LIST is out of spf,dkim,dmarc,arc\n"
    "  sign --domain D --selector S --key FILE.pem [--canon C] [--headers LIST]\n"
    "                      the mail with a DKIM signature on top\n"
    "  seal [--dns FILE.json] --domain D --selector S --key FILE.pem\n"
    "                      the mail with one more ARC set on top\n"
    "  keygen --domain D --selector S --key FILE.pem [--algorithm rsa|ed25519] [--bits N]\n"
    "                      a new key in a new file, and the DNS record to publish\n"
    "  dmarc-report [--json] < REPORT\n"
    "                      what an aggregate report says (XML, in gzip or zip, or the mail)\n"
    "  dmarc-report --write --org NAME --email ADDRESS --report-id ID --begin TIME --end TIME\n"
    "               [--contact TEXT] [--domain D] < LINES\n"
    "                      a report of what verify --report printed, a line a mail\n"
    "\n"
    "  --now UNIXTIME      the time at which things are judged and signed (default: the clock)\n"
    "  --authserv-id NAME  whose results these are (default: localhost)\n"
    "  --server ADDRESS    without --dns: a recursive name server, 192.0.2.1 or 192.0.2.1@5353\n"
    "                      (default: those of resolv.conf)\n"
    "  --anchors FILE      without --dns: DNSSEC trust anchors, such as root.key\n"
    "  --allow-weak        accept rsa-sha1 and short keys, for historic mail\n"
    "  --public-suffixes FILE\n"
    "                      judge DMARC as RFC 7489 did, by a public suffix list\n"
    "  --trust-sealer D    let D's ARC seal count where DMARC fails\n"
    "  --report            (verify) add what an aggregate report says of this mail;\n"
    "                      --disposition none|quarantine|reject: what was done with it\n"
    "  --explain           (spf, verify) plain words in place of JSON\n"
    "  --repeat N          (spf, verify) do it N more times and tell the processor time\n"
    "  --help, --version\n"
    "\n"
    "Exit: 0 done, whatever the verdict; 1 the mail can't be signed, or the report not written;\n"
    "2 wrong usage, or a file that can't be read.\n";

_Noreturn void die(enum exit_code code, const char *format, ...)
{
    va_list args;
    fflush(stdout);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    exit((int)code);
}

void check(struct tool *t, int rc)
{
    if (rc)
        die(USAGE, "secmail-auth: %s", secmail_context_error_detail(t->context));
}

void *allocate(size_t size)
{
    void *p = calloc(1, size ? size : 1);
    if (!p)
        die(USAGE, "secmail-auth: out of memory");
    return p;
}

void *reallocate(void *p, size_t size)
{
    void *bigger = realloc(p, size);
    if (!bigger)
        die(USAGE, "secmail-auth: out of memory");
    return bigger;
}

static int64_t fixed_time(void *user)
{
    return ((const struct options *)user)->time;
}

static void read_suffixes(struct tool *t)
{
    const struct bytes list = read_file(t->options.public_suffixes);
    if (secmail_suffixes_new(t->context, &t->suffixes, list.data, list.size))
        die(USAGE, "secmail-auth: %s: %s", t->options.public_suffixes,
            secmail_context_error_detail(t->context));
    free(list.data);
}

static int run(size_t command, int argc, char **argv)
{
    struct tool t = {0};
    read_options(&t.options, argc, argv, commands[command].options, commands[command].needed);
    if (secmail_context_new(&t.context))
        die(USAGE, "secmail-auth: out of memory");
    if (t.options.now)
        secmail_context_set_clock(t.context, fixed_time, &t.options);
    if (t.options.dns)
        t.dns = read_dns(t.options.dns);
    else if (commands[command].asks)
        open_live_dns(&t);
    if (t.options.public_suffixes)
        read_suffixes(&t);
    const int code = commands[command].run(&t);
    finish_output();
    free_dns(t.dns);
    close_live_dns(&t);
    secmail_suffixes_free(t.suffixes);
    secmail_context_free(t.context);
    return code;
}

int main(int argc, char **argv)
{
    if (!take_closed_streams())
        return USAGE;
    /* Private keys pass through this process: leave no image of it behind. */
    setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
    if (argc > 1 && !strcmp(argv[1], "--help")) {
        fputs(help, stdout);
        return DONE;
    }
    if (argc > 1 && !strcmp(argv[1], "--version")) {
        printf("secmail-auth %s\n", secmail_version());
        return DONE;
    }
    for (size_t i = 0; argc > 1 && i < COMMANDS; i++) {
        if (!strcmp(argv[1], commands[i].name))
            return run(i, argc - 2, argv + 2);
    }
    fputs(help, stderr);
    return USAGE;
}
