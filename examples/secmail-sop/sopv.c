/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * secmail-sopv: the subset of the Stateless OpenPGP Command Line Interface that only verifies
 * ("sopv" in draft-dkg-openpgp-stateless-cli-15), over the public headers of libsecmail-verify: no
 * code that handles secret keys is in the process.
 */
#include "commands.h"
#include "program.h"

enum { ANY = 1 << 20 };

static const struct subcommand table[] = {
    {"version", run_version,
     OPTION(OPT_BACKEND) | OPTION(OPT_EXTENDED) | OPTION(OPT_SOP_SPEC) | OPTION(OPT_SOPV), 0, 0, "",
     "Tell the version"},
    {"verify", run_verify, OPTION(OPT_NOT_BEFORE) | OPTION(OPT_NOT_AFTER), 2, ANY,
     " [--] SIGNATURES CERTS... <DATA >VERIFICATIONS", "Check detached signatures"},
    {"inline-verify", run_inline_verify,
     OPTION(OPT_NOT_BEFORE) | OPTION(OPT_NOT_AFTER) | OPTION(OPT_VERIFICATIONS_OUT), 1, ANY,
     " [--] CERTS... <INLINESIGNED >DATA", "Check a signed message and give its data"},
    {"validate-userid", run_validate_userid, OPTION(OPT_ADDR_SPEC_ONLY) | OPTION(OPT_VALIDATE_AT),
     2, ANY, " [--] USERID CERTS... <CERTS", "Check that authorities vouch for a user ID"},
};

int main(int argc, char **argv)
{
    return program_run(table, sizeof table / sizeof *table, argc, argv);
}
