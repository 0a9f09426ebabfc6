/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The draft's KEYS, CERTS, PASSWORD and SESSIONKEY inputs as objects of the library. */
#ifndef SOP_OBJECTS_H
#define SOP_OBJECTS_H

#include "options.h"

/* Certificates of one CERTS argument, and its name, which VERIFICATIONS cite. */
struct certs {
    const char *name;
    struct secmail_ring *ring;
};

/* Several CERTS arguments. */
struct certs_list {
    struct certs *at;
    size_t count;
};

int certs_list_init(const struct sop *sop, struct certs_list *list, size_t most);
int certs_list_read(const struct sop *sop, struct certs_list *list, const char *designator);
int certs_list_read_stdin(const struct sop *sop, struct certs_list *list);
void certs_list_free(struct certs_list *list);

/* Fails with an exit code if some certificates can't be read: the parser leaves them out, and what
 * has to be done to each would silently not be done to them. */
int certs_check_complete(const struct sop *sop, const struct certs *certs, int code);

int keys_parse(const struct sop *sop, const char *name, const uint8_t *data, size_t size,
               struct secmail_key_ring **out);
int keys_read_stdin(const struct sop *sop, struct secmail_key_ring **out);
int keys_read(const struct sop *sop, const char *designator, struct secmail_key_ring **out);

/* The same as certs_check_complete(), for keys. */
int keys_check_complete(const struct sop *sop, const struct secmail_key_ring *ring,
                        const char *name, int code);

/* Passwords that may open something: each as given and without the white space at its end. */
struct passwords {
    struct secmail_secret **at;
    size_t count;
};

/* Reads all that an option names. */
int passwords_read(const struct sop *sop, const struct arguments *args, enum option id,
                   struct passwords *out);
void passwords_free(struct passwords *passwords);

/* A password that protects something new: UTF-8 that people can type again. */
int password_read_new(const struct sop *sop, const char *designator, struct secmail_secret **out);

/*
 * Opens each part of a locked key with the first password that fits; another key is returned as it
 * is. Where none fits a part, `*out` is the locked key.
 */
int key_unlock(const struct sop *sop, struct secmail_key *key, const char *name,
               const struct passwords *passwords, struct secmail_key **out);

/* Hands each key of a KEYS argument, unlocked if a password fits, to `add`, a function of the
 * library for `operation`. */
typedef int (*add_signer)(void *operation, struct secmail_key *key);
int signers_add(const struct sop *sop, const char *designator, const struct passwords *passwords,
                add_signer add, void *operation);

/* The same for all operands, with --with-key-password. */
int signers_add_all(const struct sop *sop, const struct arguments *args, add_signer add,
                    void *operation);

/* SESSIONKEY is "9:HEX": the number of the cipher, then the key. */
int session_key_read(const struct sop *sop, const char *designator, struct secmail_secret **out);

/* Takes an open `struct output` by its file; nothing happens where it isn't wanted. */
struct output;
int session_key_write(const struct sop *sop, struct output *out,
                      const struct secmail_secret *session_key);

#endif
