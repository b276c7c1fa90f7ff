/* SPDX-License-Identifier: GPL-2.0-or-later
 * mime.h - the parts of a mail (RFC 2045, 2046), read by GMime: their types, names and decoded
 * content, each with its place in the message. The bytes of the message stay as they are. */
#pragma once

#include "../base/buffer.h"
#include "../message/message.h"
#include "kind.h"

typedef struct MsMime MsMime;

/* One part. Text is UTF-8, NUL-terminated, owned by the MsMime; NULL when the part does not say. */
typedef struct {
    char *path;    /* "1", "2.1": as IMAP numbers parts (RFC 9051 6.4.5); "1+1": a file in text 1 */
    char *type;    /* "text/plain", lower case; what the part says, or the default of RFC 2045 */
    char *charset; /* as declared */
    char *encoding;    /* Content-Transfer-Encoding, lower case; "7bit" when not declared */
    char *disposition; /* "attachment", "inline", lower case */
    char *filename;    /* decoded (RFC 2231, 2047), as declared: not safe as a name of a file */
    char *content_id;  /* without angle brackets */
    bool leaf;         /* has content of its own: no multipart */
    bool attached;     /* a leaf that is a file: named, or disposed as attachment */
    bool inner;        /* lies in an attached message (message/rfc822) */
    bool complete;     /* all its bytes are there: no hole in it, its end was seen */
    uint64_t type_at, type_length; /* Content-Type in the message's bytes; length 0: none */
    uint64_t name_at, name_length; /* field that gives the name */
    uint64_t at, length;           /* content in the message's bytes, as sent */
} MsPart;

/* Reads the parts of a message of which all bytes are kept (MS_KEEP_ALL), after ms_message_end().
 * `message` and `limits` are borrowed for its life. Never NULL: a mail without MIME is one part. */
MsMime *ms_mime_new(const MsMessage *message, const MsLimits *limits);
void ms_mime_free(MsMime *mime); /* accepts NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MsMime, ms_mime_free)

/* All parts in their order in the message, multiparts before what they hold. */
const MsPart *ms_mime_parts(const MsMime *mime, size_t *count);

/* Whether a limit (mime-bytes, mime-lines, mime-header-bytes, mime-depth, mime-parts) cut the
 * reading short. */
bool ms_mime_limited(const MsMime *mime);

/* Takes decoded bytes; returns false to stop. */
typedef bool (*MsMimeSink)(const uint8_t *data, size_t length, void *user_data);

/* Decodes the content of a leaf (base64, quoted-printable, uuencode) and hands it on in pieces.
 * Nothing becomes larger by it. Returns false when `sink` stopped. */
bool ms_mime_decode(const MsMime *mime, const MsPart *part, MsMimeSink sink, void *user_data);

/* Appends the text of a leaf of type text, from its charset to UTF-8, at most `most` bytes; what
 * cannot be converted, or is in a charset nobody knows, becomes U+FFFD; never half a character. */
void ms_mime_text(const MsMime *mime, const MsPart *part, size_t most, MsBuffer *out);

/* Calls `func` for every fact of the parts and the decoded header, in order. `hash`: also digests
 * of the contents (SHA-256, MD5). `kind` tells what attachments really are; it may be NULL. */
void ms_mime_facts(const MsMime *mime, bool hash, MsKind *kind, MsHeaderFunc func, void *user_data);

/* A header value with its encoded words (RFC 2047) decoded, as mail programs show it: UTF-8, which
 * the caller frees with g_free(). */
char *ms_mime_words(const char *text, size_t length);
