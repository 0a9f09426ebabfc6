/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * secmail-sop: OpenPGP by the Stateless OpenPGP Command Line Interface
 * (draft-dkg-openpgp-stateless-cli-15), over the public headers of libsecmail-openpgp.
 */
#include "commands.h"
#include "program.h"

enum { ANY = 1 << 20 };

static const struct subcommand table[] = {
    {"version", run_version,
     OPTION(OPT_BACKEND) | OPTION(OPT_EXTENDED) | OPTION(OPT_SOP_SPEC) | OPTION(OPT_SOPV), 0, 0, "",
     "Tell the version"},
    {"list-profiles", run_list_profiles, 0, 1, 1, " SUBCOMMAND",
     "List what --profile of a subcommand takes, the default first"},
    {"generate-key", run_generate_key,
     OPTION(OPT_NO_ARMOR) | OPTION(OPT_WITH_KEY_PASSWORD) | OPTION(OPT_PROFILE) |
         OPTION(OPT_SIGNING_ONLY),
     0, ANY, " [--] [USERID...]", "Make a secret key"},
    {"change-key-password", run_change_key_password,
     OPTION(OPT_NO_ARMOR) | OPTION(OPT_NEW_KEY_PASSWORD) | OPTION(OPT_OLD_KEY_PASSWORD), 0, 0,
     " <KEYS >KEYS", "Change, set or take away the password of secret keys"},
    {"revoke-key", run_revoke_key, OPTION(OPT_NO_ARMOR) | OPTION(OPT_WITH_KEY_PASSWORD), 0, 0,
     " <KEYS >CERTS", "Make revocation certificates"},
    {"update-key", run_update_key,
     OPTION(OPT_NO_ARMOR) | OPTION(OPT_SIGNING_ONLY) | OPTION(OPT_NO_ADDED_CAPABILITIES) |
         OPTION(OPT_REVOKE_DEPRECATED_KEYS) | OPTION(OPT_WITH_KEY_PASSWORD) |
         OPTION(OPT_MERGE_CERTS),
     0, 0, " <KEYS >KEYS", "Keep secret keys up to date"},
    {"certify-userid", run_certify_userid,
     OPTION(OPT_NO_ARMOR) | OPTION(OPT_USERID) | OPTION(OPT_WITH_KEY_PASSWORD) |
         OPTION(OPT_NO_REQUIRE_SELF_SIG),
     1, ANY, " [--] KEYS... <CERTS >CERTS", "Certify user IDs of other people's certificates"},
    {"validate-userid", run_validate_userid, OPTION(OPT_ADDR_SPEC_ONLY) | OPTION(OPT_VALIDATE_AT),
     2, ANY, " [--] USERID CERTS... <CERTS", "Check that authorities vouch for a user ID"},
    {"merge-certs", run_merge_certs, OPTION(OPT_NO_ARMOR), 0, ANY, " [--] [CERTS...] <CERTS >CERTS",
     "Merge copies of certificates"},
    {"extract-cert", run_extract_cert, OPTION(OPT_NO_ARMOR), 0, 0, " <KEYS >CERTS",
     "Make certificates from secret keys"},
    {"sign", run_sign,
     OPTION(OPT_NO_ARMOR) | OPTION(OPT_AS) | OPTION(OPT_MICALG_OUT) | OPTION(OPT_WITH_KEY_PASSWORD),
     1, ANY, " [--] KEYS... <DATA >SIGNATURES", "Make detached signatures"},
    {"verify", run_verify, OPTION(OPT_NOT_BEFORE) | OPTION(OPT_NOT_AFTER), 2, ANY,
     " [--] SIGNATURES CERTS... <DATA >VERIFICATIONS", "Check detached signatures"},
    {"encrypt", run_encrypt,
     OPTION(OPT_NO_ARMOR) | OPTION(OPT_AS) | OPTION(OPT_WITH_PASSWORD) | OPTION(OPT_SIGN_WITH) |
         OPTION(OPT_WITH_KEY_PASSWORD) | OPTION(OPT_PROFILE) | OPTION(OPT_FOR) |
         OPTION(OPT_SESSION_KEY_OUT),
     0, ANY, " [--] [CERTS...] <DATA >CIPHERTEXT", "Encrypt a message"},
    {"decrypt", run_decrypt,
     OPTION(OPT_SESSION_KEY_OUT) | OPTION(OPT_WITH_SESSION_KEY) | OPTION(OPT_WITH_PASSWORD) |
         OPTION(OPT_WITH_KEY_PASSWORD) | OPTION(OPT_VERIFICATIONS_OUT) | OPTION(OPT_VERIFY_WITH) |
         OPTION(OPT_VERIFY_NOT_BEFORE) | OPTION(OPT_VERIFY_NOT_AFTER),
     0, ANY, " [--] [KEYS...] <CIPHERTEXT >DATA", "Decrypt a message"},
    {"inline-detach", run_inline_detach, OPTION(OPT_NO_ARMOR) | OPTION(OPT_SIGNATURES_OUT), 0, 0,
     " <INLINESIGNED >DATA", "Split a signed message into data and signatures, unverified"},
    {"inline-verify", run_inline_verify,
     OPTION(OPT_NOT_BEFORE) | OPTION(OPT_NOT_AFTER) | OPTION(OPT_VERIFICATIONS_OUT), 1, ANY,
     " [--] CERTS... <INLINESIGNED >DATA", "Check a signed message and give its data"},
    {"inline-sign", run_inline_sign,
     OPTION(OPT_NO_ARMOR) | OPTION(OPT_INLINE_AS) | OPTION(OPT_WITH_KEY_PASSWORD), 1, ANY,
     " [--] KEYS... <DATA >INLINESIGNED", "Make a signed message"},
    {"armor", run_armor, OPTION(OPT_ARMOR_LABEL), 0, 0, " <OPENPGP >ARMORED",
     "Put OpenPGP data into ASCII armor"},
    {"dearmor", run_dearmor, 0, 0, 0, " <ARMORED >OPENPGP", "Take ASCII armor away"},
};

int main(int argc, char **argv)
{
    return program_run(table, sizeof table / sizeof *table, argc, argv);
}
