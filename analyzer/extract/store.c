/* SPDX-License-Identifier: GPL-2.0-or-later
 * store.c - everything is opened relative to a folder that is open, and no link is followed. */
#include "store.h"

#include "tar.h"

#include <glib.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define BLOCK ((size_t)256 * 1024) /* bytes written at once */
#define TEMPORARY ".mailscope-part"

struct MsStore {
    char *session;
    char *name; /* "session/file", of the file being written */
    int error;

    /* a folder */
    int parent; /* -1: a tar */
    int folder; /* -1: not open yet */
    bool made;  /* the folder is new */
    int fd;     /* of the file being written, or -1 */
    bool overwrite;
    MsBuffer waiting;

    /* a tar */
    MsDrain *out;
    int64_t time_ns;
    size_t header; /* offset in the buffer of the member being written */
    bool sized;    /* its header has its length already */
    uint64_t promised, written;
};

MsStore *ms_store_new_folder(int parent, const char *name, bool overwrite)
{
    MsStore *store = g_new0(MsStore, 1);
    *store = (MsStore){.session = g_strdup(name),
                       .parent = parent,
                       .folder = -1,
                       .fd = -1,
                       .overwrite = overwrite};
    return store;
}

MsStore *ms_store_new_tar(MsDrain *out, const char *name, int64_t time_ns)
{
    MsStore *store = g_new0(MsStore, 1);
    *store = (MsStore){.session = g_strdup(name),
                       .parent = -1,
                       .folder = -1,
                       .fd = -1,
                       .out = out,
                       .time_ns = time_ns};
    return store;
}

void ms_store_fail(MsStore *store, int error)
{
    if (store->error == 0)
        store->error = error;
}

static void drop_file(MsStore *store)
{
    if (store->fd < 0)
        return;
    close(store->fd);
    store->fd = -1;
    unlinkat(store->folder, TEMPORARY, 0);
}

void ms_store_free(MsStore *store)
{
    if (!store)
        return;
    drop_file(store);
    if (store->folder >= 0)
        close(store->folder);
    if (store->error && store->made) /* the folder goes, too, when nothing is in it */
        unlinkat(store->parent, store->session, AT_REMOVEDIR);
    ms_buffer_clear(&store->waiting);
    g_free(store->session);
    g_free(store->name);
    g_free(store);
}

static void make_folder(MsStore *store)
{
    store->made = mkdirat(store->parent, store->session, 0777) == 0;
    if (!store->made && !(errno == EEXIST && store->overwrite)) {
        ms_store_fail(store, errno);
        return;
    }
    store->folder =
        openat(store->parent, store->session, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (store->folder < 0)
        ms_store_fail(store, errno);
}

/* A member of the tar; its header is made when its length is known. */
static void begin_member(MsStore *store)
{
    static const uint8_t empty[MS_TAR_BLOCK];
    store->header = store->out->buffer->length;
    store->sized = false;
    store->written = 0;
    ms_buffer_append(store->out->buffer, empty, sizeof empty);
}

bool ms_store_wants_length(const MsStore *store)
{
    return store->out != NULL;
}

void ms_store_begin_sized(MsStore *store, const char *name, uint64_t length)
{
    ms_store_begin(store, name);
    if (store->error || !store->out)
        return;
    ms_tar_header(store->out->buffer->data + store->header, store->session, name, length,
                  store->time_ns);
    store->sized = true;
    store->promised = length;
}

void ms_store_begin(MsStore *store, const char *name)
{
    if (store->error)
        return;
    g_free(store->name);
    store->name = g_strdup_printf("%s/%s", store->session, name);
    if (store->out) {
        begin_member(store);
        return;
    }
    if (store->folder < 0)
        make_folder(store);
    if (store->error)
        return;
    if (store->overwrite) /* left behind when the program was stopped */
        unlinkat(store->folder, TEMPORARY, 0);
    store->waiting.length = 0;
    store->fd = openat(store->folder, TEMPORARY,
                       O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
    if (store->fd < 0)
        ms_store_fail(store, errno);
}

static void write_all(MsStore *store, const uint8_t *data, size_t length)
{
    while (store->error == 0 && length > 0) {
        ssize_t written = write(store->fd, data, length);
        if (written > 0) {
            data += written;
            length -= (size_t)written;
        } else if (written == 0 || errno != EINTR) {
            ms_store_fail(store, written == 0 ? ENOSPC : errno);
        }
    }
}

void ms_store_push(MsStore *store, const uint8_t *data, size_t length)
{
    if (store->error || length == 0)
        return;
    store->written += length;
    if (store->out) {
        ms_buffer_append(store->out->buffer, data, length);
        if (store->sized && !ms_drain(store->out))
            ms_store_fail(store, ECANCELED);
        return;
    }
    ms_buffer_append(&store->waiting, data, length);
    if (store->waiting.length < BLOCK)
        return;
    write_all(store, store->waiting.data, store->waiting.length);
    store->waiting.length = 0;
}

static void end_member(MsStore *store)
{
    const char *name = strchr(store->name, '/') + 1;
    if (!store->sized)
        ms_tar_header(store->out->buffer->data + store->header, store->session, name,
                      store->written, store->time_ns);
    else if (store->written != store->promised)
        ms_store_fail(store, EIO); /* the message could not be read back */
    ms_tar_pad(store->out->buffer, store->written);
    if (!ms_drain(store->out))
        ms_store_fail(store, ECANCELED);
}

bool ms_store_end(MsStore *store)
{
    if (store->out && store->error == 0) {
        end_member(store);
        return store->error == 0;
    }
    if (store->fd < 0)
        return store->error == 0;
    write_all(store, store->waiting.data, store->waiting.length);
    if (store->error) {
        drop_file(store);
        return false;
    }
    int error = close(store->fd) == 0 ? 0 : errno;
    store->fd = -1;
    if (error == 0)
        error = ms_store_give_name(store->folder, TEMPORARY, strchr(store->name, '/') + 1,
                                   store->overwrite);
    if (error) {
        unlinkat(store->folder, TEMPORARY, 0);
        ms_store_fail(store, error);
    }
    return error == 0;
}

int ms_store_error(const MsStore *store, const char **name)
{
    *name = store->name ? store->name : store->session;
    return store->error;
}

int ms_store_give_name(int folder, const char *temporary, const char *name, bool overwrite)
{
    if (overwrite)
        return renameat(folder, temporary, folder, name) == 0 ? 0 : errno;
    if (renameat2(folder, temporary, folder, name, RENAME_NOREPLACE) == 0)
        return 0;
    if (errno != EINVAL && errno != ENOSYS)
        return errno;
    if (linkat(folder, temporary, folder, name, 0) != 0) /* where one step is not enough */
        return errno;
    unlinkat(folder, temporary, 0);
    return 0;
}
