/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * otp-login: how a sign-in with two factors is put together, in the manner of a PAM module. It asks
 * through a conversation function, and knows a service with a store; here both are made of standard
 * input and memory, so that the example runs on its own:
 *
 *     otp-login [--now SECONDS]
 *
 * It makes the user "alice", enrols her, and then lets people sign in until the input ends. What
 * belongs into a real service: authenticate() and what it calls, with another store behind load()
 * and replace(). Passwords are hashed with libsodium; no second factor makes a weak one good.
 */
#include <secmail/otp.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_STATE = 32768, MAX_TRIES = 3, MAX_RACES = 100 };

/* A row of the host's table of users. */
struct user {
    const char *name;
    char password[crypto_pwhash_STRBYTES];
    uint8_t state[MAX_STATE];
    size_t state_size;
};

struct service {
    struct secmail_context *context;
    struct secmail_otp_verifier *verifier;
    struct user users[1];
    int64_t now; /* 0 for the system's clock */
};

/* ---- The store: in a real service, a table ---- */

static struct user *find_user(struct service *s, const char *name)
{
    return strcmp(s->users[0].name, name) == 0 ? &s->users[0] : NULL;
}

/* SELECT state FROM users WHERE name = ... */
static size_t load(const struct user *u, uint8_t state[MAX_STATE])
{
    memcpy(state, u->state, u->state_size);
    return u->state_size;
}

/* UPDATE users SET state = new WHERE name = ... AND state = old; true if a row was changed */
static bool replace(struct user *u, const uint8_t *old, size_t old_size,
                    const struct secmail_bytes *new)
{
    if (u->state_size != old_size || memcmp(u->state, old, old_size) != 0)
        return false;
    u->state_size = secmail_bytes_size(new);
    memcpy(u->state, secmail_bytes_data(new), u->state_size);
    return true;
}

/* ---- One operation on the second factor, safe against all other servers ---- */

typedef int (*operation)(struct secmail_otp_account *account, const char *text,
                         struct secmail_otp_result **result);

/* Runs an operation until its result is stored, or there is nothing to store. */
static int attempt(struct service *s, struct user *u, operation run, const char *text,
                   struct secmail_otp_result **result)
{
    for (int races = 0; races < MAX_RACES; races++) {
        uint8_t old[MAX_STATE];
        const size_t size = load(u, old);
        struct secmail_otp_account *account;
        int rc = secmail_otp_account_open(s->verifier, &account, u->name, size ? old : NULL, size);
        if (rc)
            return rc;
        rc = run(account, text, result);
        secmail_otp_account_free(account);
        if (rc)
            return rc;
        const struct secmail_bytes *new = secmail_otp_result_state(*result);
        if (!new)
            return 0;
        if (replace(u, old, size, new))
            return secmail_otp_result_stored(*result);
        secmail_otp_result_free(*result); /* another server was faster: look again */
    }
    return SECMAIL_E_STATE;
}

static int attempt_outcome(struct service *s, struct user *u, operation run, const char *text,
                           struct secmail_otp_outcome *outcome)
{
    struct secmail_otp_result *result;
    int rc = attempt(s, u, run, text, &result);
    if (rc)
        return rc;
    outcome->size = sizeof *outcome;
    rc = secmail_otp_result_outcome(result, outcome);
    secmail_otp_result_free(result);
    return rc;
}

static bool has_second_factor(struct service *s, const struct user *u)
{
    struct secmail_otp_info info = {.size = sizeof info};
    struct secmail_otp_account *account;
    /* A state that can't be opened must never mean "no second factor". */
    if (secmail_otp_account_open(s->verifier, &account, u->name, u->state_size ? u->state : NULL,
                                 u->state_size))
        return true;
    secmail_otp_account_info(account, &info);
    secmail_otp_account_free(account);
    return info.enrolled;
}

/* ---- The conversation ---- */

static bool ask(const char *prompt, char *line, size_t size)
{
    printf("%s", prompt);
    fflush(stdout);
    if (!fgets(line, (int)size, stdin))
        return false;
    line[strcspn(line, "\r\n")] = '\0';
    return true;
}

static void say_until(const char *what, int64_t until, int64_t now)
{
    if (until == INT64_MAX)
        printf("%s Ask the administrator, or use a recovery code.\n", what);
    else
        printf("%s Try again in %lld seconds, or use a recovery code.\n", what,
               (long long)(until - now));
}

static void say_refused(const struct service *s, const struct secmail_otp_outcome *o)
{
    switch (o->verdict) {
    case SECMAIL_OTP_REPLAYED:
        puts("This code was used before. Wait for the next one.");
        break;
    case SECMAIL_OTP_THROTTLED:
        say_until("Too many wrong codes.", o->until, secmail_context_now(s->context));
        break;
    case SECMAIL_OTP_LOCKED:
        say_until("The second factor is locked.", o->until, secmail_context_now(s->context));
        break;
    case SECMAIL_OTP_MALFORMED:
        puts("That is no code. Check it for typing errors.");
        break;
    default:
        puts("Wrong code.");
    }
}

static void say_welcome(const struct secmail_otp_outcome *o, bool recovery)
{
    puts("Welcome.");
    if (o->failures)
        printf("There were %u failed attempts since the last sign-in.\n", o->failures);
    if (recovery)
        printf("%u recovery codes are left.\n", o->recovery_left);
}

/* ---- Signing in ---- */

/* A password is checked for unknown users, too, so that the time doesn't tell who exists. */
static bool check_password(const struct user *u, const char *password)
{
    static const char nobody[crypto_pwhash_STRBYTES] =
        "$argon2id$v=19$m=65536,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$"
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    const int good = crypto_pwhash_str_verify(u ? u->password : nobody, password, strlen(password));
    return u && good == 0;
}

/* Six to eight digits are a code, everything else is taken for a recovery code. */
static bool is_recovery_code(const char *text)
{
    size_t digits = 0;
    for (; *text; text++) {
        if (*text >= '0' && *text <= '9')
            digits++;
        else if (*text != ' ')
            return true;
    }
    return digits > SECMAIL_OTP_MAX_DIGITS;
}

static bool check_second_factor(struct service *s, struct user *u)
{
    for (int tries = 0; tries < MAX_TRIES; tries++) {
        char text[100];
        struct secmail_otp_outcome outcome;
        if (!ask("Code, or recovery code: ", text, sizeof text))
            return false;
        const bool recovery = is_recovery_code(text);
        const int rc = attempt_outcome(
            s, u, recovery ? secmail_otp_recovery_verify : secmail_otp_verify, text, &outcome);
        sodium_memzero(text, sizeof text);
        if (rc) {
            puts("The service has a problem with your second factor."); /* and isn't open */
            fprintf(stderr, "otp-login: %s\n", secmail_context_error_detail(s->context));
            return false;
        }
        if (outcome.verdict == SECMAIL_OTP_ACCEPTED) {
            say_welcome(&outcome, recovery);
            return true;
        }
        say_refused(s, &outcome);
    }
    return false;
}

static bool authenticate(struct service *s, const char *name)
{
    char password[200];
    if (!ask("Password: ", password, sizeof password))
        return false;
    struct user *u = find_user(s, name);
    const bool good = check_password(u, password);
    sodium_memzero(password, sizeof password);
    if (!good)
        return false;
    if (has_second_factor(s, u))
        return check_second_factor(s, u);
    puts("Welcome. Please set up a second factor.");
    return true;
}

/* ---- Setting up ---- */

static int generate_recovery(struct secmail_otp_account *account, const char *text,
                             struct secmail_otp_result **result)
{
    (void)text;
    return secmail_otp_recovery_generate(account, result);
}

static int show_recovery_codes(struct service *s, struct user *u)
{
    struct secmail_otp_result *result;
    const char *code;
    int rc = attempt(s, u, generate_recovery, "", &result);
    if (rc)
        return rc;
    puts("Keep these recovery codes in a safe place. Each opens the account once:");
    for (size_t i = 0; !secmail_otp_result_secret(result, i, &code) && code; i++)
        printf("  %s\n", code);
    secmail_otp_result_free(result);
    return 0;
}

/* `text` is the URI of the key. */
static int enrol(struct secmail_otp_account *account, const char *text,
                 struct secmail_otp_result **result)
{
    struct secmail_otp_key *key;
    struct secmail_context *context;
    int rc = secmail_context_new(&context);
    if (rc)
        return rc;
    rc = secmail_otp_key_from_uri(context, &key, text);
    if (!rc)
        rc = secmail_otp_enrol(account, key, result);
    secmail_otp_key_free(key);
    secmail_context_free(context);
    return rc;
}

static int new_uri(struct service *s, const char *name, struct secmail_bytes **uri)
{
    struct secmail_otp_key *key;
    int rc = secmail_otp_key_new(s->context, &key);
    if (!rc)
        rc = secmail_otp_key_set_issuer(key, "Example");
    if (!rc)
        rc = secmail_otp_key_set_account(key, name);
    if (!rc)
        rc = secmail_otp_key_generate_secret(key);
    if (!rc)
        rc = secmail_otp_key_to_uri(key, uri);
    secmail_otp_key_free(key);
    return rc;
}

/* Two factors are asked for only after the user has shown a code that works. */
static int set_up(struct service *s, struct user *u)
{
    struct secmail_bytes *uri;
    struct secmail_otp_outcome outcome;
    char code[100];
    int rc = new_uri(s, u->name, &uri);
    if (rc)
        return rc;
    rc = attempt_outcome(s, u, enrol, (const char *)secmail_bytes_data(uri), &outcome);
    if (!rc)
        printf("Add this to your authenticator app:\n%s\n", secmail_bytes_data(uri));
    secmail_bytes_free(uri);
    while (!rc && ask("Code of the app: ", code, sizeof code)) {
        rc = attempt_outcome(s, u, secmail_otp_confirm, code, &outcome);
        if (!rc && outcome.verdict == SECMAIL_OTP_ACCEPTED)
            return show_recovery_codes(s, u);
        if (!rc)
            puts("That code doesn't fit. Is the clock of your phone right?");
    }
    return rc;
}

static int64_t clock_of(void *user)
{
    return ((struct service *)user)->now;
}

static int start(struct service *s)
{
    uint8_t sealing_key[SECMAIL_OTP_SEALING_KEY_SIZE]; /* a real one comes from a key store */
    int rc = secmail_context_new(&s->context);
    if (rc)
        return rc;
    if (s->now)
        secmail_context_set_clock(s->context, clock_of, s);
    randombytes_buf(sealing_key, sizeof sealing_key);
    rc = secmail_otp_verifier_new(s->context, &s->verifier);
    if (!rc)
        rc = secmail_otp_verifier_add_key(s->verifier, 1, sealing_key, sizeof sealing_key);
    sodium_memzero(sealing_key, sizeof sealing_key);
    s->users[0].name = "alice";
    if (!rc && crypto_pwhash_str(s->users[0].password, "correct horse", 13, 2, 64 << 20))
        rc = SECMAIL_E_NOMEM;
    return rc ? rc : set_up(s, &s->users[0]);
}

int main(int argc, char **argv)
{
    static struct service s;
    char name[100];
    if (argc == 3 && strcmp(argv[1], "--now") == 0) {
        s.now = strtoll(argv[2], NULL, 10);
    } else if (argc != 1) {
        fprintf(stderr, "Usage: otp-login [--now SECONDS]\n");
        return 2;
    }
    const int rc = start(&s);
    if (rc)
        fprintf(stderr, "otp-login: %s\n", secmail_error_meaning(rc));
    while (!rc && ask("login: ", name, sizeof name)) {
        if (!authenticate(&s, name))
            puts("Login incorrect");
    }
    secmail_otp_verifier_free(s.verifier);
    secmail_context_free(s.context);
    return rc ? 1 : 0;
}
