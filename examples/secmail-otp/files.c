/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Files: the sealing keys, and the state with its lock. A lock file of its own is held from reading
 * the state to replacing it, because the state file itself is another one after each rename.
 */
#include "tool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAX_STATE = 65536, MAX_PATH = 4096, MAX_KEYS = 1000 };

static bool write_all(int file, const uint8_t *data, size_t size)
{
    while (size) {
        const ssize_t written = write(file, data, size);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return false;
        data += written;
        size -= (size_t)written;
    }
    return true;
}

/* ---- Sealing keys: lines of "ID KEY", the key in hexadecimal; the last one is active ---- */

struct sealing_key {
    uint64_t id;
    uint8_t key[SECMAIL_OTP_SEALING_KEY_SIZE];
};

static int hex_value(char c)
{
    static const char digits[] = "0123456789abcdef";
    const char *at = c ? strchr(digits, c >= 'A' && c <= 'F' ? c + 32 : c) : NULL;
    return at ? (int)(at - digits) : -1;
}

static bool parse_key_line(const char *line, struct sealing_key *key)
{
    char *rest;
    key->id = strtoull(line, &rest, 10);
    if (rest == line || key->id > UINT32_MAX || *rest != ' ')
        return false;
    rest++;
    for (size_t i = 0; i < sizeof key->key; i++, rest += 2) {
        const int high = hex_value(rest[0]), low = high < 0 ? -1 : hex_value(rest[1]);
        if (low < 0)
            return false;
        key->key[i] = (uint8_t)(high << 4 | low);
    }
    return *rest == '\0';
}

/* Calls `take` for each key of the file. */
static int read_keys(struct tool *t, FILE *file,
                     int (*take)(struct tool *t, struct sealing_key *key))
{
    char line[200];
    struct sealing_key key;
    int code = EXIT_DONE;
    for (unsigned number = 1; !code && fgets(line, sizeof line, file); number++) {
        line[strcspn(line, "\r\n")] = '\0';
        if (!line[0] || line[0] == '#')
            continue;
        if (parse_key_line(line, &key))
            code = take(t, &key);
        else
            code = failure("%s:%u: not \"ID KEY\" with a key of 64 hexadecimal digits",
                           t->o.key_file, number);
    }
    explicit_bzero(line, sizeof line);
    explicit_bzero(&key, sizeof key);
    return code;
}

static FILE *open_keys(const struct tool *t, const char *mode)
{
    struct stat status;
    FILE *file = fopen(t->o.key_file, mode);
    if (file && fstat(fileno(file), &status) == 0 && status.st_mode & (S_IRWXG | S_IRWXO)) {
        fclose(file);
        failure("%s can be read by others; chmod 600 it", t->o.key_file);
        return NULL;
    }
    if (!file)
        failure("%s: %s; secmail-otp new-key makes it", t->o.key_file, strerror(errno));
    return file;
}

static int add_to_verifier(struct tool *t, struct sealing_key *key)
{
    int rc = secmail_otp_verifier_add_key(t->verifier, (uint32_t)key->id, key->key,
                                          sizeof key->key);
    if (!rc)
        rc = secmail_otp_verifier_set_active_key(t->verifier, (uint32_t)key->id);
    return rc ? library_failure(t, rc) : EXIT_DONE;
}

static int set_rule(struct secmail_otp_policy *policy, const char *text)
{
    const size_t size = strcspn(text, "=");
    uint64_t value;
    uint32_t least, greatest;
    for (uint32_t rule = 1; secmail_otp_rule_name(rule); rule++) {
        const char *name = secmail_otp_rule_name(rule);
        if (strlen(name) != size || strncmp(name, text, size) != 0)
            continue;
        secmail_otp_rule_bounds(rule, &least, &greatest);
        if (!read_number(name, text[size] ? text + size + 1 : "", least, greatest, &value))
            return EXIT_USAGE;
        secmail_otp_policy_set(policy, rule, (uint32_t)value);
        return EXIT_DONE;
    }
    return usage_error("there is no rule %.*s; secmail-otp(1) lists them", (int)size, text);
}

static int set_policy(struct tool *t)
{
    struct secmail_otp_policy *policy;
    int rc = secmail_otp_policy_new(&policy);
    if (rc)
        return library_failure(t, rc);
    int code = EXIT_DONE;
    for (size_t i = 0; i < t->o.rule_count && !code; i++)
        code = set_rule(policy, t->o.rules[i]);
    if (!code)
        secmail_otp_verifier_set_policy(t->verifier, policy);
    secmail_otp_policy_free(policy);
    return code;
}

int open_verifier(struct tool *t)
{
    if (!t->o.key_file)
        return usage_error("%s needs --key-file FILE", t->command);
    FILE *file = open_keys(t, "r");
    if (!file)
        return EXIT_FAILED;
    int rc = secmail_otp_verifier_new(t->context, &t->verifier);
    int code = rc ? library_failure(t, rc) : read_keys(t, file, add_to_verifier);
    fclose(file);
    return code ? code : set_policy(t);
}

static uint64_t last_id;

static int remember_id(struct tool *t, struct sealing_key *key)
{
    (void)t;
    if (key->id > last_id)
        last_id = key->id;
    return EXIT_DONE;
}

enum { MAX_KEY_LINE = 1 + 10 + 1 + 2 * SECMAIL_OTP_SEALING_KEY_SIZE + 1 + 1 };

/* A line of the file; with a line break before it where the last line has none. */
static size_t key_line(char line[MAX_KEY_LINE], bool complete, uint64_t id,
                       const struct secmail_secret *key)
{
    size_t size = (size_t)snprintf(line, MAX_KEY_LINE, "%s%llu ", complete ? "" : "\n",
                                   (unsigned long long)id);
    for (size_t i = 0; i < secmail_secret_size(key); i++)
        size += (size_t)snprintf(line + size, MAX_KEY_LINE - size, "%02x",
                                 secmail_secret_data(key)[i]);
    line[size] = '\n';
    return size + 1;
}

static bool append_key(int file, off_t end, uint64_t id, const struct secmail_secret *key)
{
    char line[MAX_KEY_LINE], last = '\n';
    if (end && pread(file, &last, 1, end - 1) != 1)
        return false;
    const bool good = write_all(file, (uint8_t *)line, key_line(line, last == '\n', id, key));
    explicit_bzero(line, sizeof line);
    return good && fsync(file) == 0;
}

static int write_key(const struct tool *t, FILE *file, uint64_t id,
                     const struct secmail_secret *key)
{
    struct stat before;
    if (fstat(fileno(file), &before))
        return failure("%s: %s", t->o.key_file, strerror(errno));
    if (!append_key(fileno(file), before.st_size, id, key)) {
        const int reason = errno;
        /* With a piece of a line in it, none of the file's keys could be read. */
        const bool undone = ftruncate(fileno(file), before.st_size) == 0;
        return failure("%s: %s; %s", t->o.key_file, strerror(reason),
                       undone ? "nothing was changed" : "its last line is incomplete");
    }
    printf("Sealing key %llu was added to %s and is the active one.\n", (unsigned long long)id,
           t->o.key_file);
    return EXIT_DONE;
}

/* The library's generator of secrets makes the key: 32 bytes, as for SHA-256. */
static int make_key(struct tool *t, FILE *file)
{
    struct secmail_otp_key *source;
    int code = read_keys(t, file, remember_id);
    if (code)
        return code;
    if (last_id == UINT32_MAX)
        return failure("%s has a key with the last number, %lu; none can follow", t->o.key_file,
                       (unsigned long)UINT32_MAX);
    int rc = secmail_otp_key_new(t->context, &source);
    if (!rc)
        rc = secmail_otp_key_set_algorithm(source, SECMAIL_OTP_SHA256);
    if (!rc)
        rc = secmail_otp_key_generate_secret(source);
    code = rc ? library_failure(t, rc)
              : write_key(t, file, last_id + 1, secmail_otp_key_secret(source));
    secmail_otp_key_free(source);
    return code;
}

int new_key(struct tool *t)
{
    if (!t->o.key_file)
        return usage_error("new-key needs --key-file FILE");
    umask(077);
    FILE *file = open_keys(t, "a+");
    if (!file)
        return EXIT_FAILED;
    rewind(file);
    int code = flock(fileno(file), LOCK_EX) ? failure("%s: %s", t->o.key_file, strerror(errno))
                                            : make_key(t, file);
    fclose(file);
    return code;
}

/* ---- The state ---- */

/* A path beside the state file. */
static bool beside(const struct tool *t, const char *suffix, char path[MAX_PATH])
{
    const int size = snprintf(path, MAX_PATH, "%s%s", t->o.state, suffix);
    return size > 0 && size < MAX_PATH;
}

static int take_lock(struct tool *t)
{
    char path[MAX_PATH];
    if (!beside(t, ".lock", path))
        return failure("the name of the state file is too long");
    t->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (t->lock < 0)
        return failure("%s: %s", path, strerror(errno));
    while (flock(t->lock, LOCK_EX)) {
        if (errno != EINTR)
            return failure("%s: %s", path, strerror(errno));
    }
    return EXIT_DONE;
}

static int read_state(const struct tool *t, uint8_t *data, size_t *size)
{
    *size = 0;
    FILE *file = fopen(t->o.state, "rb");
    if (!file && errno == ENOENT)
        return EXIT_DONE;
    if (!file)
        return failure("%s: %s", t->o.state, strerror(errno));
    *size = fread(data, 1, MAX_STATE, file);
    const bool bad = ferror(file) || !*size;
    fclose(file);
    return bad ? failure("%s is empty or can't be read", t->o.state) : EXIT_DONE;
}

int open_account(struct tool *t)
{
    uint8_t data[MAX_STATE];
    size_t size;
    if (!t->o.state || !t->o.account)
        return usage_error("%s needs --state FILE and --account NAME", t->command);
    int code = open_verifier(t);
    if (!code)
        code = take_lock(t);
    if (!code)
        code = read_state(t, data, &size);
    if (code)
        return code;
    const int rc = secmail_otp_account_open(t->verifier, &t->account, t->o.account,
                                            size ? data : NULL, size);
    return rc ? library_failure(t, rc) : EXIT_DONE;
}

void close_account(struct tool *t)
{
    secmail_otp_account_free(t->account);
    t->account = NULL;
    if (t->lock >= 0)
        close(t->lock);
    t->lock = -1;
}

/* So that the new name is on the disk, too, before anybody is let in. */
static void sync_folder(const char *path)
{
    char folder[MAX_PATH];
    const char *slash = strrchr(path, '/');
    snprintf(folder, sizeof folder, "%.*s", slash ? (int)(slash - path) + 1 : 1,
             slash ? path : ".");
    const int file = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (file < 0)
        return;
    fsync(file);
    close(file);
}

static int replace_state(const struct tool *t, const struct secmail_bytes *state)
{
    char path[MAX_PATH];
    if (!beside(t, ".new", path))
        return failure("the name of the state file is too long");
    unlink(path); /* of a process that was killed: we hold the lock */
    const int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file < 0)
        return failure("%s: %s", path, strerror(errno));
    const bool written = write_all(file, secmail_bytes_data(state), secmail_bytes_size(state)) &&
                         fsync(file) == 0;
    if (close(file) || !written || rename(path, t->o.state)) {
        const int reason = errno;
        unlink(path);
        return failure("%s: %s; nothing was changed", t->o.state, strerror(reason));
    }
    sync_folder(t->o.state);
    return EXIT_DONE;
}

/* The lock makes this a compare-and-set: nobody else writes between reading and replacing. */
int store_result(struct tool *t, struct secmail_otp_result *result)
{
    const struct secmail_bytes *state = secmail_otp_result_state(result);
    if (!state)
        return EXIT_DONE;
    const int code = replace_state(t, state);
    if (code)
        return code;
    const int rc = secmail_otp_result_stored(result);
    return rc ? library_failure(t, rc) : EXIT_DONE;
}

int write_output(const char *path, const void *data, size_t size)
{
    if (!path)
        return fwrite(data, 1, size, stdout) == size
                   ? EXIT_DONE
                   : failure("standard output: %s", strerror(errno));
    /* What is written holds a secret: a new file is for its owner only. */
    const int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (file < 0)
        return failure("%s: %s", path, strerror(errno));
    const bool written = write_all(file, data, size);
    return close(file) == 0 && written ? EXIT_DONE : failure("%s: %s", path, strerror(errno));
}
