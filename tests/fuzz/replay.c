/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Runs a fuzz target over each file of a folder, where libFuzzer isn't at hand: the committed
 * corpus as an ordinary test. It mutates nothing.
 *
 *     fuzz_<name> FOLDER
 *
 * Exits 1 if a file can't be read or the folder holds none, 2 for wrong arguments; a target that
 * fails ends the program. Names on stderr tell which file it was.
 */
#include "fuzz.h"

#include <dirent.h>
#include <errno.h>

static int fail(const char *path)
{
    fprintf(stderr, "replay: %s: %s\n", path, strerror(errno));
    return 1;
}

static void *grow(void *block, size_t size)
{
    void *bigger = realloc(block, size);
    if (!bigger) {
        fprintf(stderr, "replay: out of memory\n");
        exit(1);
    }
    return bigger;
}

/* All bytes of a file; NULL, with errno set, if it can't be read to its end. */
static uint8_t *read_file(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        return NULL;
    size_t room = 4096;
    uint8_t *data = grow(NULL, room);
    *size = 0;
    for (size_t got; (got = fread(data + *size, 1, room - *size, file)) > 0;) {
        *size += got;
        if (*size == room)
            data = grow(data, room *= 2);
    }
    if (ferror(file)) {
        const int reason = errno;
        fclose(file);
        free(data);
        errno = reason;
        return NULL;
    }
    fclose(file);
    return data;
}

static int replay_file(const char *path)
{
    fprintf(stderr, "replay: %s\n", path);
    size_t size;
    uint8_t *data = read_file(path, &size);
    if (!data)
        return fail(path);
    /* A copy without slack, so that a sanitizer sees a read past the end. */
    uint8_t *exact = fuzz_alloc(size);
    memcpy(exact, data, size);
    free(data);
    LLVMFuzzerTestOneInput(exact, size);
    free(exact);
    return 0;
}

static int is_input(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static int replay_entry(const char *folder, const char *name)
{
    const size_t size = strlen(folder) + strlen(name) + 2;
    char *path = grow(NULL, size);
    snprintf(path, size, "%s/%s", folder, name);
    const int failed = replay_file(path);
    free(path);
    return failed;
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: %s FOLDER\n", argv[0]);
        return 2;
    }
    struct dirent **entries;
    const int count = scandir(argv[1], &entries, is_input, alphasort);
    if (count < 0)
        return fail(argv[1]);
    int failed = 0;
    for (int i = 0; i < count; i++) {
        failed |= replay_entry(argv[1], entries[i]->d_name);
        free(entries[i]);
    }
    free(entries);
    if (!count)
        fprintf(stderr, "replay: %s: no files\n", argv[1]);
    printf("%d inputs\n", count);
    return failed || !count;
}
