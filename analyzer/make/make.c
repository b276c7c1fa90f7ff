/* SPDX-License-Identifier: GPL-2.0-or-later
 * make.c - see make.h. */
#include "make.h"

#include "../base/error.h"
#include "../grade/csv.h"
#include "../grade/roster.h"
#include "require.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct {
    MsFault fault;
    unsigned percent; /* of the class */
} Wanted;

typedef struct {
    const MsMake *make;
    int folder; /* file descriptor */
    Wanted wanted[MS_N_FAULTS];
    size_t n_wanted;
    int64_t from_ns, until_ns;
    MsAssignment *assignment; /* NULL: none */
} Work;

static bool refuse(GError **error, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* What the system does not let us do with files. */
static bool stopped(GError **error, const char *what, const char *folder, const char *name)
{
    g_set_error(error, MS_ERROR, MS_ERROR_WRITE, "cannot %s '%s%s%s': %s", what, folder,
                name ? "/" : "", name ? name : "", g_strerror(errno));
    return false;
}

static bool refuse(GError **error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_set_error_literal(error, MS_ERROR, MS_ERROR_USAGE, text);
    return false;
}

static bool read_fault(Work *work, const char *text, GError **error)
{
    const char *equals = strchr(text, '=');
    g_autofree char *name = equals ? g_strndup(text, (gsize)(equals - text)) : g_strdup(text);
    Wanted wanted = {.percent = 100};
    char *end = NULL;
    if (!ms_fault_find(name, &wanted.fault))
        return refuse(error,
                      "no fault is called '%s'; there are loss, wrong-password, starttls, "
                      "out-of-order, duplicate, no-quit and rst",
                      name);
    if (equals) {
        guint64 percent = g_ascii_strtoull(equals + 1, &end, 10);
        if (!g_ascii_isdigit(equals[1]) || *end != '\0' || percent > 100)
            return refuse(error, "--fault %s needs a percentage from 0 to 100, not '%s'", name,
                          equals + 1);
        wanted.percent = (unsigned)percent;
    }
    for (size_t i = 0; i < work->n_wanted; i++)
        if (work->wanted[i].fault == wanted.fault)
            return refuse(error, "the fault '%s' is given twice", name);
    work->wanted[work->n_wanted++] = wanted;
    return true;
}

static bool read_time(const char *option, const char *text, int64_t *time_ns, GError **error)
{
    g_autoptr(GDateTime) time = g_date_time_new_from_iso8601(text, NULL);
    int64_t seconds = time ? g_date_time_to_unix(time) : 0;
    if (!time || ABS(seconds) > G_GINT64_CONSTANT(9000000000)) /* nanoseconds reach to 2262 */
        return refuse(error, "%s needs a time such as 2026-01-05T08:00:00Z, not '%s'", option,
                      text);
    *time_ns = seconds * 1000000000;
    return true;
}

static bool prepare(Work *work, GError **error)
{
    const MsMake *make = work->make;
    for (size_t i = 0; make->faults && make->faults[i]; i++)
        if (!read_fault(work, make->faults[i], error))
            return false;
    if (!read_time("--from", make->from ? make->from : "2026-01-05T08:00:00Z", &work->from_ns,
                   error))
        return false;
    work->until_ns = work->from_ns + (int64_t)5 * 86400 * 1000000000;
    if (make->until && !read_time("--until", make->until, &work->until_ns, error))
        return false;
    if (work->until_ns <= work->from_ns)
        return refuse(error, "--until must be later than --from");
    if (work->assignment && !ms_require_window(work->assignment, make->from || make->until,
                                               &work->from_ns, &work->until_ns, error))
        return false;
    if (mkdir(make->folder, 0777) != 0 && errno != EEXIST)
        return stopped(error, "make the folder", make->folder, NULL);
    work->folder = open(make->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (work->folder < 0)
        return stopped(error, "open the folder", make->folder, NULL);
    return true;
}

/* Ids become file names, so they are letters, digits and a few signs. */
static bool check_id(const MsMake *make, const MsStudent *student, GError **error)
{
    static const char signs[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._@+-";
    if (strspn(student->id, signs) == strlen(student->id) && student->id[0] != '.' &&
        student->id[0] != '-')
        return true;
    return refuse(error,
                  "cannot use the roster '%s': line %u: the id is to be a file name: letters, "
                  "digits and . _ @ + - only",
                  make->roster, student->line);
}

/* Writes a whole file into the folder, or none. */
static bool write_file(const Work *work, const char *name, const MsBuffer *bytes, GError **error)
{
    int flags =
        O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | (work->make->overwrite ? O_TRUNC : O_EXCL);
    int fd = openat(work->folder, name, flags, 0666);
    if (fd < 0)
        return stopped(error, "write", work->make->folder, name);
    size_t done = 0;
    int trouble = 0;
    while (done < bytes->length && trouble == 0) {
        ssize_t wrote = write(fd, bytes->data + done, bytes->length - done);
        if (wrote >= 0)
            done += (size_t)wrote;
        else if (errno != EINTR)
            trouble = errno;
    }
    if (close(fd) != 0 && trouble == 0)
        trouble = errno;
    if (trouble == 0)
        return true;
    unlinkat(work->folder, name, 0);
    errno = trouble;
    return stopped(error, "write", work->make->folder, name);
}

/* Which faults this student gets; the same ones however many others there are. */
static unsigned faults_of(const Work *work, const char *id)
{
    unsigned faults = 0;
    for (size_t i = 0; i < work->n_wanted; i++) {
        GRand *random = ms_story_random(work->make->seed, id, ms_fault_name(work->wanted[i].fault));
        if ((unsigned)g_rand_int_range(random, 0, 100) < work->wanted[i].percent)
            faults |= work->wanted[i].fault;
        g_rand_free(random);
    }
    return faults;
}

static bool make_one(const Work *work, const MsStudent *student, MsBuffer *key, GError **error)
{
    const char *seed = work->make->seed;
    g_auto(MsGranted) granted = {0};
    if (work->assignment && !ms_require_grant(work->assignment, student, &granted, error))
        return false;
    const MsWishes wishes = {work->from_ns,    work->until_ns,    granted.helo,
                             granted.username, granted.mail_from, granted.subject};
    g_autoptr(MsStory) story =
        ms_story_new(seed, student->id, faults_of(work, student->id), &wishes);
    if (work->assignment && !ms_require_check(work->assignment, student, story, error))
        return false;
    g_autofree char *name = g_strconcat(student->id, ".pcap", NULL);
    MsBuffer bytes = {0};
    ms_story_play(story, seed, &bytes);
    bool good = write_file(work, name, &bytes, error);
    ms_buffer_clear(&bytes);
    ms_story_key(story, name, key);
    return good;
}

/* The roster's row, for `grade --roster`. */
static void add_nonce(MsBuffer *out, const MsStudent *student)
{
    const char *const cells[] = {student->id, student->name, student->email, student->nonce};
    for (size_t i = 0; i < G_N_ELEMENTS(cells); i++) {
        if (i > 0)
            ms_buffer_byte(out, ',');
        ms_csv_put(out, cells[i], ',', true);
    }
    ms_buffer_text(out, "\r\n");
}

static bool read_assignment(Work *work, GError **error)
{
    g_autofree char *text = NULL;
    gsize length = 0;
    const char *name = work->make->assignment;
    if (!name)
        return true;
    if (!g_file_get_contents(name, &text, &length, error))
        return ms_error_of_file(error, MS_ERROR_OPEN, "open", name);
    work->assignment = ms_assignment_new(name, text, length, error);
    return work->assignment != NULL;
}

bool ms_make(const MsMake *make, GError **error)
{
    Work work = {.make = make, .folder = -1};
    g_autoptr(MsRoster) roster = ms_roster_read(make->roster, error);
    bool good = roster != NULL && read_assignment(&work, error);
    for (guint i = 0; good && i < roster->students->len; i++)
        good = check_id(make, roster->students->pdata[i], error);
    good = good && prepare(&work, error);
    MsBuffer key = {0};
    MsBuffer nonces = {0};
    ms_buffer_text(&nonces, "id,name,email,nonce\r\n");
    for (guint i = 0; good && i < roster->students->len; i++) {
        MsStudent *student = roster->students->pdata[i];
        g_free(student->nonce);
        student->nonce = ms_story_nonce(make->seed, student->id);
        add_nonce(&nonces, student);
        good = make_one(&work, student, &key, error);
    }
    good = good && write_file(&work, "key.ndjson", &key, error) &&
           write_file(&work, "nonces.csv", &nonces, error);
    ms_buffer_clear(&key);
    ms_buffer_clear(&nonces);
    ms_assignment_free(work.assignment);
    if (work.folder >= 0)
        close(work.folder);
    return good;
}
