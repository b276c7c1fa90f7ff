/* SPDX-License-Identifier: GPL-2.0-or-later
 * fuzz-unpack.c - archives of any bytes. Holds: the files that are there lie in the spool, each at
 * the beginning of a page, behind one another, and no more than the limits allow. Input: the
 * archive. */
#include "fuzz.h"
#include "run/output.h"
#include "run/unpack.h"

#include <sys/stat.h>
#include <unistd.h>

enum { MOST_ENTRIES = 100, MOST_BYTES = 1 << 20, MOST_FILE = 1 << 18 };

static bool is_wanted(const char *name, void *user_data)
{
    (void)user_data;
    return name[0] != 'n';
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const MsUnpackLimits limits = {MOST_ENTRIES, MOST_BYTES, MOST_FILE, 100};
    int spool = ms_output_temporary();
    g_assert_true(spool >= 0);
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) files = ms_unpack(data, size, spool, &limits, is_wanted, NULL, &error);
    g_assert_true((files == NULL) == (error != NULL));
    struct stat status;
    g_assert_true(fstat(spool, &status) == 0);
    uint64_t end = 0;
    uint64_t total = 0;
    for (guint i = 0; files && i < files->len; i++) {
        const MsUnpacked *file = files->pdata[i];
        g_assert_true(file->name && file->name[0] != '/');
        g_assert_true(!file->there || !file->problem);
        if (!file->there)
            continue;
        g_assert_true(file->offset % 4096 == 0 && file->offset >= end);
        g_assert_true(file->length <= MOST_FILE);
        end = file->offset + file->length;
        total += file->length;
        g_assert_true(file->length == 0 || end <= (uint64_t)status.st_size);
    }
    g_assert_true(!files || (files->len <= MOST_ENTRIES && total <= MOST_BYTES));
    close(spool);
    return 0;
}
