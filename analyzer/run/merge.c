/* SPDX-License-Identifier: GPL-2.0-or-later
 * merge.c - a heap of open files by the time of their next frame, and a sorted list of files that
 * are to be opened once that time is reached. */
#include "merge.h"

#include <glib/gstdio.h>

#include <string.h>
#include <sys/stat.h>

typedef struct {
    const char *path;
    GBytes *contents;   /* NULL: read `path` */
    MsCapture *capture; /* NULL: closed */
    MsFrame frame;      /* next one, when `has` */
    bool has;
    int64_t time_ns; /* of the next frame, also when closed */
    uint16_t index;
} Source;

struct MsMerge {
    Source *sources; /* all, by index */
    Source **later;  /* to be opened, by time, the earliest last */
    size_t n_later;
    Source **heap; /* open, the next frame on top */
    size_t n_heap;
    Source *current; /* whose frame was given out last, NULL before the first */
    uint64_t read;   /* bytes of the files that are closed again */
    MsMergeProblem problem;
    void *user_data;
};

bool ms_merge_is_file(const char *path)
{
    GStatBuf status;
    return strcmp(path, "-") != 0 && g_stat(path, &status) == 0 && S_ISREG(status.st_mode);
}

static bool before(const Source *a, const Source *b)
{
    return a->time_ns != b->time_ns ? a->time_ns < b->time_ns : a->index < b->index;
}

static int compare_later(const void *a, const void *b)
{
    return before(*(Source *const *)a, *(Source *const *)b) ? 1 : -1;
}

static void shut(MsMerge *merge, Source *source)
{
    if (!source->capture)
        return;
    uint64_t read = 0;
    uint64_t size = 0;
    ms_capture_progress(source->capture, &read, &size);
    merge->read += read;
    ms_capture_close(source->capture);
    source->capture = NULL;
    source->has = false;
}

static MsCapture *open_source(const Source *source, GError **error)
{
    if (!source->contents)
        return ms_capture_open(source->path, error);
    gsize length;
    const void *data = g_bytes_get_data(source->contents, &length);
    return ms_capture_open_memory(data, length, source->path, error);
}

/* Reads the source's next frame, opening it first when need be. False: there is none, all is said.
 */
static bool advance(MsMerge *merge, Source *source, MsFrame *frame)
{
    GError *error = NULL;
    if (!source->capture)
        source->capture = open_source(source, &error);
    if (source->capture && ms_capture_next(source->capture, frame, &error)) {
        source->time_ns = frame->time_ns;
        source->has = true;
        return true;
    }
    if (error)
        merge->problem(error, merge->user_data);
    g_clear_error(&error);
    shut(merge, source);
    return false;
}

static void sift_down(MsMerge *merge, size_t at)
{
    for (;;) {
        size_t least = at;
        for (size_t child = 2 * at + 1; child <= 2 * at + 2 && child < merge->n_heap; child++) {
            if (before(merge->heap[child], merge->heap[least]))
                least = child;
        }
        if (least == at)
            return;
        Source *source = merge->heap[at];
        merge->heap[at] = merge->heap[least];
        merge->heap[least] = source;
        at = least;
    }
}

static void add(MsMerge *merge, Source *source)
{
    size_t at = merge->n_heap++;
    while (at > 0 && before(source, merge->heap[(at - 1) / 2])) {
        merge->heap[at] = merge->heap[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    merge->heap[at] = source;
}

static void drop_top(MsMerge *merge)
{
    merge->heap[0] = merge->heap[--merge->n_heap];
    sift_down(merge, 0);
}

/* A pipe cannot be opened twice: it stays open from the first look on. */
static bool can_open_again(const Source *source)
{
    return source->contents || ms_merge_is_file(source->path);
}

/* Learns the time of a file's first frame. */
static void look(MsMerge *merge, Source *source)
{
    g_autoptr(GError) error = NULL;
    source->capture = open_source(source, &error);
    if (!source->capture) {
        merge->problem(error, merge->user_data);
        return;
    }
    bool again = can_open_again(source);
    g_autoptr(GError) later = NULL; /* of a file that can be opened again it is said then */
    if (ms_capture_next(source->capture, &source->frame, &later)) {
        source->time_ns = source->frame.time_ns;
        source->has = !again;
    } else if (!again) {
        if (later)
            merge->problem(later, merge->user_data);
        shut(merge, source);
        return;
    }
    if (again) {
        ms_capture_close(source->capture);
        source->capture = NULL;
    }
    merge->later[merge->n_later++] = source;
}

MsMerge *ms_merge_new(const char *const *files, GBytes *const *contents, size_t n_files,
                      MsMergeProblem problem, void *user_data)
{
    MsMerge *merge = g_new0(MsMerge, 1);
    merge->sources = g_new0(Source, n_files);
    merge->later = g_new0(Source *, n_files);
    merge->heap = g_new0(Source *, n_files);
    merge->problem = problem;
    merge->user_data = user_data;
    for (size_t i = 0; i < n_files; i++) {
        Source *source = &merge->sources[i];
        source->path = files[i];
        source->contents = contents ? contents[i] : NULL;
        source->index = (uint16_t)i;
        if (n_files > 1)
            look(merge, source);
        else if (advance(merge, source, &source->frame))
            add(merge, source);
    }
    if (merge->n_later > 1)
        qsort(merge->later, merge->n_later, sizeof *merge->later, compare_later);
    return merge;
}

void ms_merge_free(MsMerge *merge)
{
    if (!merge)
        return;
    for (size_t i = 0; i < merge->n_heap; i++)
        ms_capture_close(merge->heap[i]->capture);
    for (size_t i = 0; i < merge->n_later; i++)
        ms_capture_close(merge->later[i]->capture);
    g_free(merge->sources);
    g_free(merge->later);
    g_free(merge->heap);
    g_free(merge);
}

bool ms_merge_next(MsMerge *merge, MsFrame *frame, uint16_t *file)
{
    Source *last = merge->current;
    if (last && merge->n_heap == 1 && merge->n_later == 0) { /* nothing to compare with */
        *file = last->index;
        if (advance(merge, last, frame))
            return true;
        drop_top(merge);
    } else if (last) {
        if (advance(merge, last, &last->frame))
            sift_down(merge, 0);
        else
            drop_top(merge);
    }
    while (merge->n_later > 0 &&
           (merge->n_heap == 0 || before(merge->later[merge->n_later - 1], merge->heap[0]))) {
        Source *source = merge->later[--merge->n_later];
        if (source->has || advance(merge, source, &source->frame))
            add(merge, source);
    }
    merge->current = merge->n_heap > 0 ? merge->heap[0] : NULL;
    if (!merge->current)
        return false;
    *frame = merge->current->frame;
    *file = merge->current->index;
    return true;
}

uint64_t ms_merge_progress(const MsMerge *merge)
{
    uint64_t total = merge->read;
    for (size_t i = 0; i < merge->n_heap; i++) {
        uint64_t read = 0;
        uint64_t size = 0;
        ms_capture_progress(merge->heap[i]->capture, &read, &size);
        total += read;
    }
    return total;
}
