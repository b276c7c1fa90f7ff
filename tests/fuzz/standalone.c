/* SPDX-License-Identifier: GPL-2.0-or-later
 * standalone.c - runs a fuzz target without libFuzzer: on every file of a corpus folder, then on
 * seeded mutations of them, the same ones every time. Usage: TARGET FOLDER [MUTATIONS]; or
 * TARGET FILE to repeat one input. */
#include "fuzz.h"

#include <glib.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LONGEST_INPUT = 65536 /* bytes; a mutated input is cut there, for time */ };

typedef struct {
    uint64_t state;
} Random;

/* xorshift64*: good enough, and the same everywhere. */
static uint32_t random_below(Random *random, uint32_t bound)
{
    random->state ^= random->state >> 12;
    random->state ^= random->state << 25;
    random->state ^= random->state >> 27;
    return (uint32_t)((random->state * UINT64_C(2685821657736338717)) >> 33) % bound;
}

static int compare_names(gconstpointer a, gconstpointer b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Every file of the folder in the order of names, or the one file itself. */
static GPtrArray *read_folder(const char *path)
{
    GPtrArray *inputs = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    GDir *folder = g_dir_open(path, 0, NULL);
    const char *name;
    while (folder && (name = g_dir_read_name(folder)))
        g_ptr_array_add(names, g_build_filename(path, name, NULL));
    if (folder)
        g_dir_close(folder);
    else
        g_ptr_array_add(names, g_strdup(path));
    g_ptr_array_sort(names, compare_names);
    for (guint i = 0; i < names->len; i++) {
        char *data;
        gsize length;
        if (g_file_get_contents(names->pdata[i], &data, &length, NULL))
            g_ptr_array_add(inputs, g_bytes_new_take(data, length));
    }
    return inputs;
}

/* Changes some bytes, cuts, or repeats a part. */
static void mutate(GByteArray *input, Random *random)
{
    for (uint32_t left = 1 + random_below(random, 8); left > 0 && input->len > 0; left--) {
        uint32_t at = random_below(random, input->len);
        uint32_t length = 1 + random_below(random, MIN(input->len - at, 64));
        switch (random_below(random, 6)) {
        case 0:
            input->data[at] = (uint8_t)random_below(random, 256);
            break;
        case 1:
            input->data[at] ^= (uint8_t)(1u << random_below(random, 8));
            break;
        case 2:
            g_byte_array_remove_range(input, at, length);
            break;
        case 3:
            input->data[at] = (uint8_t)("\r\n. :-=*\0\xff"[random_below(random, 10)]);
            break;
        case 4: {
            g_autofree uint8_t *part = g_memdup2(input->data + at, length);
            g_byte_array_append(input, part, length);
            break;
        }
        default:
            g_byte_array_set_size(input, at + 1);
        }
    }
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        fprintf(stderr, "usage: %s FOLDER|FILE [MUTATIONS]\n", argv[0]);
        return 2;
    }
    g_autoptr(GPtrArray) inputs = read_folder(argv[1]);
    for (guint i = 0; i < inputs->len; i++) {
        gsize length;
        const uint8_t *data = g_bytes_get_data(inputs->pdata[i], &length);
        LLVMFuzzerTestOneInput(data, length);
    }
    guint seeds = inputs->len;
    if (seeds == 0) /* no captures/, no Python: noise is better than nothing */
        g_ptr_array_add(inputs, g_bytes_new_static("220 mx ESMTP\r\n\0EHLO c\r\n", 23));
    guint64 mutations = argc > 2 ? g_ascii_strtoull(argv[2], NULL, 10) : 0;
    Random random = {0x6d61696c73636f70};
    for (guint64 i = 0; i < mutations; i++) {
        gsize length;
        const uint8_t *data =
            g_bytes_get_data(inputs->pdata[random_below(&random, inputs->len)], &length);
        g_autoptr(GByteArray) input = g_byte_array_new();
        g_byte_array_append(input, data, (guint)MIN(length, LONGEST_INPUT));
        mutate(input, &random);
        LLVMFuzzerTestOneInput(input->data, input->len);
    }
    printf("%u seeds, %" G_GUINT64_FORMAT " mutations\n", seeds, mutations);
    return 0;
}
