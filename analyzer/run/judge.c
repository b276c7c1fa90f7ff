/* SPDX-License-Identifier: GPL-2.0-or-later
 * judge.c - reads what one student handed in, and has it judged; runs in a worker process, which
 * opens everything first and can open nothing more then. */
#include "judge.h"

#include "../capture/packet.h"
#include "../grade/answers.h"
#include "../grade/behaviour.h"
#include "../grade/sheet.h"
#include "../message/hash.h"
#include "merge.h"
#include "output.h"
#include "trace.h"
#include "unpack.h"

#include <iconv.h>
#include <string.h>
#include <unistd.h>

#define MOST_FILES 256 /* of one student, archives unpacked */
#define SPOOLS 32      /* large messages open at once */

/* A file and its bytes. */
typedef struct {
    char *name;
    GBytes *bytes;
} Piece;

struct MsWork {
    const MsAssignment *assignment;
    const MsHanded *handed;
    MsStudent student; /* borrowed from `handed` */
    const MsLimits *limits;
    MsSheet *sheet;
    MsEngine *engine;           /* NULL: no capture is asked for */
    MsFingerprint *fingerprint; /* NULL: captures are not handed in */
    GPtrArray *pieces;          /* Piece */
    GBytes *given;              /* the capture that the answers are about; NULL: among them */
    GString *problem;           /* the first one, in words */
    int unpacked;               /* where archives are unpacked to; -1: there are none */
    int spools[SPOOLS];
    unsigned n_spools;
};

static void piece_free(void *data)
{
    Piece *piece = data;
    g_free(piece->name);
    g_bytes_unref(piece->bytes);
    g_free(piece);
}

/* Takes both. */
static void add_piece(MsWork *work, char *name, GBytes *bytes)
{
    Piece *piece = g_new(Piece, 1);
    *piece = (Piece){name, bytes};
    g_ptr_array_add(work->pieces, piece);
}

static void G_GNUC_PRINTF(2, 3) complain(GString *problem, const char *format, ...)
{
    va_list words;
    va_start(words, format);
    if (problem->len == 0)
        g_string_append_vprintf(problem, format, words);
    va_end(words);
}

/* --- captures --- */

static void on_session(const MsRecord *record, void *user_data)
{
    MsWork *work = user_data;
    ms_sheet_add(work->sheet, record);
    if (work->fingerprint)
        ms_fingerprint_session(work->fingerprint, record);
}

static void on_problem(const GError *error, void *user_data)
{
    complain(user_data, "%s", error->message);
}

static int open_spool(void *user_data)
{
    MsWork *work = user_data;
    return work->n_spools > 0 ? work->spools[--work->n_spools] : -1;
}

/* Whether a fact is found only when messages are taken apart: all about messages, their parts and
 * Received fields, but for what dialogue and header say without. */
static bool needs_parts(MsFieldId field)
{
    static const char *const rooms[] = {"message.", "part.", "received."};
    switch (field) {
    case MS_FIELD_MESSAGE_CC:
    case MS_FIELD_MESSAGE_COMPLETE:
    case MS_FIELD_MESSAGE_DATE:
    case MS_FIELD_MESSAGE_FROM:
    case MS_FIELD_MESSAGE_HEADER:
    case MS_FIELD_MESSAGE_ID:
    case MS_FIELD_MESSAGE_MISSING:
    case MS_FIELD_MESSAGE_OUTCOME:
    case MS_FIELD_MESSAGE_SHA256:
    case MS_FIELD_MESSAGE_SIZE:
    case MS_FIELD_MESSAGE_SUBJECT:
    case MS_FIELD_MESSAGE_TO:
        return false;
    default:
        break;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(rooms); i++) {
        if (g_str_has_prefix(ms_field(field)->key, rooms[i]))
            return true;
    }
    return false;
}

/* Whether a question is about parts of messages, or about their bytes, which take more to be read.
 */
static bool asks_parts(const MsAssignment *assignment)
{
    size_t count;
    const MsBehaviour *checks = ms_behaviours(&count);
    for (guint i = 0; i < assignment->asked->len; i++) {
        const MsAsked *asked = assignment->asked->pdata[i];
        if (asked->fact && needs_parts(asked->what.field))
            return true;
        if (asked->check >= 0 && checks[asked->check].messages)
            return true;
    }
    return false;
}

static void feed(MsEngine *engine, const char *const *names, GBytes *const *contents, size_t count,
                 const MsLimits *limits, GString *problem)
{
    g_autoptr(MsMerge) merge = ms_merge_new(names, contents, count, on_problem, problem);
    MsPacketDecoder *decoder = ms_packet_decoder_new(limits);
    MsFrame frame;
    uint16_t file;
    MsSegment segment;
    while (ms_merge_next(merge, &frame, &file)) {
        if (ms_packet_decode(decoder, &frame, file, &segment))
            ms_engine_push(engine, &segment);
    }
    ms_engine_end(engine, false);
    ms_packet_decoder_free(decoder);
}

static void set_options(MsEngineOptions *options, const MsLimits *limits)
{
    ms_engine_options_default(options);
    options->limits = *limits;
    options->lines = false;
    options->keep = MS_KEEP_NONE;
}

void ms_judge_read(const char *path, const MsLimits *limits,
                   void (*session)(const MsRecord *record, void *user_data), void *user_data,
                   GString *problem)
{
    MsEngineOptions options;
    set_options(&options, limits);
    options.mime = true;
    options.keep = MS_KEEP_ALL;
    const MsSink sink = {.session = session};
    g_autoptr(MsEngine) engine = ms_engine_new(&options, &sink, user_data);
    feed(engine, &path, NULL, 1, limits, problem);
}

/* --- opening --- */

static void close_charset(void *item)
{
    iconv_close(*(iconv_t *)item);
}

GArray *ms_judge_prepare(const MsAssignment *assignment)
{
    static const char *const charsets[] = {
        "ISO-8859-1",   "ISO-8859-2",   "ISO-8859-3",   "ISO-8859-4",   "ISO-8859-5",
        "ISO-8859-6",   "ISO-8859-7",   "ISO-8859-8",   "ISO-8859-9",   "ISO-8859-10",
        "ISO-8859-11",  "ISO-8859-13",  "ISO-8859-14",  "ISO-8859-15",  "ISO-8859-16",
        "WINDOWS-1250", "WINDOWS-1251", "WINDOWS-1252", "WINDOWS-1253", "WINDOWS-1254",
        "WINDOWS-1255", "WINDOWS-1256", "WINDOWS-1257", "WINDOWS-1258", "KOI8-R",
        "KOI8-U",       "IBM437",       "IBM850",       "IBM852",       "IBM866",
        "MACINTOSH",    "TIS-620",      "GB2312",       "GBK",          "GB18030",
        "HZ",           "BIG5",         "BIG5-HKSCS",   "ISO-2022-JP",  "EUC-JP",
        "SHIFT_JIS",    "CP932",        "EUC-KR",       "ISO-2022-KR",  "UHC",
        "UTF-7",        "UTF-16",       "UTF-16LE",     "UTF-32",
    };
    static const uint8_t any[] = {'x'};
    char hex[MS_HASH_HEX + 1];
    ms_hash_once(any, sizeof any, hex);
    GArray *open = g_array_new(FALSE, FALSE, sizeof(iconv_t));
    g_array_set_clear_func(open, close_charset);
    for (size_t i = 0; asks_parts(assignment) && i < 2 * G_N_ELEMENTS(charsets); i++) {
        const char *charset = charsets[i / 2];
        iconv_t both = i % 2 ? iconv_open(charset, "UTF-8") : iconv_open("UTF-8", charset);
        if (both != (iconv_t)-1) /* else this C library has no such charset */
            g_array_append_val(open, both);
    }
    return open;
}

static void open_files(MsWork *work, int spool, uint64_t *mapped)
{
    for (guint i = 0; i < work->handed->files->len; i++) {
        const MsHandedFile *file = work->handed->files->pdata[i];
        g_autoptr(GError) error = NULL;
        GBytes *bytes = file->problem ? NULL : ms_handed_map(file, spool, &error);
        if (!bytes) {
            complain(work->problem, "cannot read '%s': %s", file->name,
                     file->problem ? file->problem : error->message);
            continue;
        }
        *mapped += g_bytes_get_size(bytes);
        if (work->unpacked < 0 && ms_unpack_is_archive(file->name))
            work->unpacked = ms_output_temporary();
        add_piece(work, g_strdup(file->name), bytes);
    }
    if (work->unpacked < 0)
        return;
    ms_unpack_prepare();
    *mapped += work->limits->value[MS_LIMIT_GRADE_OUTPUT];
}

/* The capture that the student was given. */
static void open_given(MsWork *work, uint64_t *mapped)
{
    const MsHandedFile *file = work->handed->given;
    g_autoptr(GError) error = NULL;
    work->given = file ? ms_handed_map(file, -1, &error) : NULL;
    if (error)
        complain(work->problem, "the capture given to this student cannot be read: %s",
                 error->message);
    if (work->given)
        *mapped += g_bytes_get_size(work->given);
}

static void open_engine(MsWork *work)
{
    MsEngineOptions options;
    set_options(&options, work->limits);
    if (asks_parts(work->assignment)) {
        options.mime = true;
        options.ready = true;
        options.keep = MS_KEEP_ALL;
        options.open_spool = open_spool;
        while (work->n_spools < SPOOLS)
            work->spools[work->n_spools++] = ms_output_temporary();
    }
    const MsSink sink = {.session = on_session};
    work->engine = ms_engine_new(&options, &sink, work);
}

MsWork *ms_judge_open(const MsAssignment *assignment, const MsHanded *handed, int spool,
                      const MsLimits *limits, uint64_t *mapped)
{
    MsWork *work = g_new0(MsWork, 1);
    work->assignment = assignment;
    work->handed = handed;
    work->limits = limits;
    work->student = (MsStudent){handed->id, handed->name, handed->email, 0, handed->nonce};
    work->sheet = ms_sheet_new(assignment, &work->student);
    work->pieces = g_ptr_array_new_with_free_func(piece_free);
    work->problem = g_string_new(NULL);
    work->unpacked = -1;
    open_files(work, spool, mapped);
    open_given(work, mapped);
    if (assignment->own || !assignment->answers)
        open_engine(work);
    return work;
}

/* --- reading --- */

static bool is_captures(const MsWork *work, const char *name)
{
    return work->engine && !work->handed->given && ms_handed_is_capture(name);
}

static bool is_answers(const MsWork *work, const char *name)
{
    return work->assignment->answers && ms_handed_is_answers(name);
}

/* What the student packed is one level deep: an archive in it stays shut. */
static bool is_wanted(const char *name, void *user_data)
{
    return is_captures(user_data, name) || is_answers(user_data, name);
}

static int compare_pieces(const void *a, const void *b)
{
    return strcmp((*(Piece *const *)a)->name, (*(Piece *const *)b)->name);
}

static void unpack(MsWork *work, const Piece *archive)
{
    const uint64_t *value = work->limits->value;
    const uint64_t most = value[MS_LIMIT_GRADE_OUTPUT];
    const MsUnpackLimits limits = {MIN(value[MS_LIMIT_GRADE_ENTRIES], 10000), most, most,
                                   MAX(value[MS_LIMIT_GRADE_RATIO], 1)};
    g_autoptr(GError) error = NULL;
    gsize length;
    const void *data = g_bytes_get_data(archive->bytes, &length);
    g_autoptr(GPtrArray) files =
        ms_unpack(data, length, work->unpacked, &limits, is_wanted, work, &error);
    if (!files)
        complain(work->problem, "cannot read '%s': %s", archive->name, error->message);
    for (guint i = 0; files && i < files->len; i++) {
        const MsUnpacked *file = files->pdata[i];
        GBytes *bytes = file->there && work->pieces->len < MOST_FILES
                            ? ms_handed_map_part(work->unpacked, file->offset, file->length, NULL)
                            : NULL;
        if (bytes)
            add_piece(work, g_strconcat(archive->name, "/", file->name, NULL), bytes);
        else if (file->problem || file->there)
            complain(work->problem, "cannot read '%s' in '%s': %s", file->name, archive->name,
                     file->problem ? file->problem : "too many files, or too large");
    }
}

static void unpack_all(MsWork *work)
{
    guint count = work->pieces->len;
    for (guint i = 0; i < count; i++) {
        if (ms_unpack_is_archive(((Piece *)work->pieces->pdata[i])->name))
            unpack(work, work->pieces->pdata[i]);
    }
    if (work->pieces->len > count)
        g_ptr_array_sort(work->pieces, compare_pieces);
}

/* The first file of answers. */
static GHashTable *read_answers(MsWork *work)
{
    for (guint i = 0; i < work->pieces->len; i++) {
        const Piece *piece = work->pieces->pdata[i];
        if (!is_answers(work, piece->name))
            continue;
        gsize length;
        const char *text = g_bytes_get_data(piece->bytes, &length);
        g_autoptr(GError) error = NULL;
        GHashTable *answers =
            ms_answers_read(work->assignment, piece->name, text ? text : "", length, &error);
        if (error)
            complain(work->problem, "the answers cannot be read: %s", error->message);
        return answers;
    }
    complain(work->problem, "no file of answers was handed in");
    return NULL;
}

static void read_captures(MsWork *work)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    g_autoptr(GPtrArray) contents = g_ptr_array_new();
    for (guint i = 0; i < work->pieces->len; i++) {
        const Piece *piece = work->pieces->pdata[i];
        if (!is_captures(work, piece->name))
            continue;
        g_ptr_array_add(names, piece->name);
        g_ptr_array_add(contents, piece->bytes);
    }
    if (work->given) {
        g_ptr_array_add(names, work->handed->given->name);
        g_ptr_array_add(contents, work->given);
    }
    if (names->len == 0) {
        complain(work->problem, "no capture was handed in"); /* the first complaint counts */
        return;
    }
    if (!work->given)
        work->fingerprint = ms_fingerprint_new(work->limits);
    feed(work->engine, (const char *const *)names->pdata, (GBytes *const *)contents->pdata,
         names->len, work->limits, work->problem);
    for (guint i = 0; work->fingerprint && i < contents->len; i++) {
        gsize length;
        const void *data = g_bytes_get_data(contents->pdata[i], &length);
        ms_trace_file(work->fingerprint, data, length, work->limits);
    }
    if (ms_sheet_empty(work->sheet))
        complain(work->problem, "no mail was found in the capture");
}

static void work_free(MsWork *work)
{
    while (work->n_spools > 0) {
        if (work->spools[--work->n_spools] >= 0)
            close(work->spools[work->n_spools]);
    }
    if (work->unpacked >= 0)
        close(work->unpacked);
    ms_engine_free(work->engine);
    ms_sheet_free(work->sheet);
    ms_fingerprint_free(work->fingerprint);
    g_ptr_array_unref(work->pieces);
    g_clear_pointer(&work->given, g_bytes_unref);
    g_string_free(work->problem, TRUE);
    g_free(work);
}

GString *ms_judge(MsWork *work)
{
    unpack_all(work);
    if (work->engine)
        read_captures(work);
    GHashTable *answers = work->assignment->answers ? read_answers(work) : NULL;
    ms_sheet_answers(work->sheet, answers);
    json_t *result = ms_sheet_judge(work->sheet);
    if (work->problem->len > 0) {
        g_autofree char *text = g_utf8_make_valid(work->problem->str, (gssize)work->problem->len);
        json_object_set_new(result, "problem", json_string(text));
    }
    if (work->fingerprint)
        json_object_set_new(result, "fingerprint", ms_fingerprint_json(work->fingerprint));
    char *text = json_dumps(result, JSON_COMPACT);
    GString *line = g_string_new(text);
    free(text);
    json_decref(result);
    if (answers)
        g_hash_table_unref(answers);
    work_free(work);
    return line;
}
