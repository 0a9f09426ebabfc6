/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The subcommands. Each has checked arguments, and returns an exit code. */
#ifndef SOP_COMMANDS_H
#define SOP_COMMANDS_H

#include "options.h"

int run_version(struct sop *sop, const struct arguments *args);
int run_list_profiles(struct sop *sop, const struct arguments *args);
int run_generate_key(struct sop *sop, const struct arguments *args);
int run_change_key_password(struct sop *sop, const struct arguments *args);
int run_certify_userid(struct sop *sop, const struct arguments *args);
int run_revoke_key(struct sop *sop, const struct arguments *args);
int run_update_key(struct sop *sop, const struct arguments *args);
int run_validate_userid(struct sop *sop, const struct arguments *args);
int run_merge_certs(struct sop *sop, const struct arguments *args);
int run_extract_cert(struct sop *sop, const struct arguments *args);
int run_sign(struct sop *sop, const struct arguments *args);
int run_verify(struct sop *sop, const struct arguments *args);
int run_encrypt(struct sop *sop, const struct arguments *args);
int run_decrypt(struct sop *sop, const struct arguments *args);
int run_inline_detach(struct sop *sop, const struct arguments *args);
int run_inline_sign(struct sop *sop, const struct arguments *args);
int run_inline_verify(struct sop *sop, const struct arguments *args);
int run_armor(struct sop *sop, const struct arguments *args);
int run_dearmor(struct sop *sop, const struct arguments *args);

/* Value of --profile for a subcommand: an enum secmail_profile and an enum secmail_key_algorithm
 * for generate-key, an enum secmail_format for encrypt. */
struct profile_choice {
    uint32_t value, algorithm;
};
int profile_choose(const struct sop *sop, const struct arguments *args, struct profile_choice *out);

#endif
