/* SPDX-License-Identifier: GPL-2.0-or-later
 * json.c - the stream of JSON. A capture may hold a million facts, so the fixed parts are strings
 * made by the compiler, numbers and times are written by hand, and space is reserved once a fact.
 */
#include "json.h"

#include "../base/escape.h"

#include <glib.h>

#define LONGEST_NUMBER 20 /* characters of a 64-bit number */
#define TIME_LENGTH 32    /* characters of a time with its quotes */
#define STAMP_LENGTH 21   /* characters of a time up to its full stop, with the first quote */
#define LONGEST_INDEX 64  /* characters of ,"message":1,"recipient":1 */
#define PLACE_LENGTH 96   /* characters of ,"from":"client","time":"...","ranges":[[4294967295, */
#define KEY_LENGTH 64     /* characters of {"key":"auth.username","value": */
#define LONGEST_RANGE 48  /* characters of [frame,offset,length,file], */

/* Text of a size known here is copied without a call; what is too much is overwritten. */
typedef struct {
    char text[KEY_LENGTH];
    uint8_t length;
} Fixed;

/* `{"key":"auth.username","value":` for each field, and what else matters of it. */
static const struct {
    Fixed start;
    uint8_t type;  /* MsType */
    uint8_t scope; /* MsScope */
} fields[MS_N_FIELDS] = {
#define MS_FIELD(id, key, type, scope, flags, title, rfc, meaning)                                 \
    {{"{\"key\":\"" key "\",\"value\":", sizeof "{\"key\":\"" key "\",\"value\":" - 1},            \
     MS_##type,                                                                                    \
     MS_##scope},
#include "../fact/fields.def"
#undef MS_FIELD
};

/* `{"oddity":"gap","detail":"` for each oddity. */
static const Fixed oddity_start[MS_N_ODDITIES] = {
#define MS_ODDITY(id, name, words)                                                                 \
    {"{\"oddity\":\"" name "\",\"detail\":\"", sizeof "{\"oddity\":\"" name "\",\"detail\":\"" - 1},
#include "../fact/oddity.def"
#undef MS_ODDITY
};

/* What is the same for all facts of a session. */
typedef struct {
    MsBuffer *out;
    const MsRedactor *redactor;
    MsBuffer masked; /* scratch */
    bool joined;     /* ranges name their file */
    bool stamped;
    int64_t second;      /* of the first STAMP_LENGTH characters of `stamp` */
    int64_t time_ns;     /* of all of it */
    size_t place_length; /* 0: none yet */
    int64_t place_time_ns;
    uint32_t place_frame;
    uint8_t place_direction;
    char place[PLACE_LENGTH];
    char stamp[TIME_LENGTH]; /* "2026-11-22T09:00:00.123456789Z" */
} Writer;

/* The raw writers below are called with room enough: `end` is where the next byte goes. */
static inline uint8_t *put(uint8_t *end, const void *text, size_t length)
{
    if (length > 0)
        memcpy(end, text, length);
    return end + length;
}

/* ms_buffer_reserve() without the call when there is room. */
static inline void make_room(MsBuffer *out, size_t more)
{
    if (out->allocated - out->length < more)
        ms_buffer_reserve(out, more);
}

#define PUT(end, literal) put(end, literal, sizeof literal - 1)

/* "00" to "99". */
static const char pairs[] = "00010203040506070809101112131415161718192021222324252627282930313233"
                            "34353637383940414243444546474849505152535455565758596061626364656667"
                            "6869707172737475767778798081828384858687888990919293949596979899";

static inline uint8_t *put_digits(uint8_t *end, uint32_t number, unsigned digits)
{
    unsigned at = digits;
    for (; at >= 2; at -= 2) {
        memcpy(end + at - 2, pairs + number % 100 * 2, 2);
        number /= 100;
    }
    if (at)
        *end = (uint8_t)('0' + number % 10);
    return end + digits;
}

/* "0" to "999" as they are written, each with its length behind it. */
/* clang-format off */
#define SMALL_1(h, t, o)                                                                           \
    {(h) ? '0' + (h) : (t) ? '0' + (t) : '0' + (o), (h) ? '0' + (t) : (t) ? '0' + (o) : 0,         \
     (h) ? '0' + (o) : 0, (h) ? 3 : (t) ? 2 : 1},
#define SMALL_10(h, t)                                                                             \
    SMALL_1(h, t, 0) SMALL_1(h, t, 1) SMALL_1(h, t, 2) SMALL_1(h, t, 3) SMALL_1(h, t, 4)           \
    SMALL_1(h, t, 5) SMALL_1(h, t, 6) SMALL_1(h, t, 7) SMALL_1(h, t, 8) SMALL_1(h, t, 9)
#define SMALL_100(h)                                                                               \
    SMALL_10(h, 0) SMALL_10(h, 1) SMALL_10(h, 2) SMALL_10(h, 3) SMALL_10(h, 4)                     \
    SMALL_10(h, 5) SMALL_10(h, 6) SMALL_10(h, 7) SMALL_10(h, 8) SMALL_10(h, 9)
static const uint8_t small[1000][4] = {
    SMALL_100(0) SMALL_100(1) SMALL_100(2) SMALL_100(3) SMALL_100(4)
    SMALL_100(5) SMALL_100(6) SMALL_100(7) SMALL_100(8) SMALL_100(9)
};
/* clang-format on */

static inline uint8_t *put_small(uint8_t *end, uint32_t number)
{
    memcpy(end, small[number], sizeof small[number]);
    return end + small[number][3];
}

/* Frame numbers, offsets and lengths: most are small. Writes up to three bytes too many. */
static inline uint8_t *put_uint32(uint8_t *end, uint32_t number)
{
    if (number < 1000)
        return put_small(end, number);
    if (number < 1000000)
        return put_digits(put_small(end, number / 1000), number % 1000, 3);
    uint32_t millions = number / 1000000;
    end = millions < 1000 ? put_small(end, millions)
                          : put_digits(put_small(end, millions / 1000), millions % 1000, 3);
    return put_digits(end, number % 1000000, 6);
}

static inline uint8_t *put_uint(uint8_t *end, uint64_t number)
{
    if (number <= UINT32_MAX)
        return put_uint32(end, (uint32_t)number);
    uint8_t digits[LONGEST_NUMBER];
    size_t at = sizeof digits;
    for (; number > 0; number /= 10)
        digits[--at] = (uint8_t)('0' + number % 10);
    return put(end, digits + at, sizeof digits - at);
}

/* Date and time of a second since 1970, UTC, by the usual rule of the Gregorian calendar counted
 * from 1 March of year 0, so that the leap day comes last. */
static void make_stamp(Writer *writer, int64_t second)
{
    int64_t days = second / 86400;
    int64_t rest = second % 86400;
    if (rest < 0) {
        rest += 86400;
        days--;
    }
    int64_t shifted = days + 719468; /* days from 0000-03-01 to 1970-01-01 */
    int64_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097; /* 400 years */
    int64_t day_of_era = shifted - era * 146097;
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t month = (5 * day_of_year + 2) / 153; /* 0 is March */
    int64_t day = day_of_year - (153 * month + 2) / 5 + 1;
    int64_t year = era * 400 + year_of_era + (month >= 10);
    month = month >= 10 ? month - 9 : month + 3;
    uint8_t *end = (uint8_t *)writer->stamp;
    *end++ = '"';
    end = put_digits(end, (uint32_t)year, 4);
    *end++ = '-';
    end = put_digits(end, (uint32_t)month, 2);
    *end++ = '-';
    end = put_digits(end, (uint32_t)day, 2);
    *end++ = 'T';
    end = put_digits(end, (uint32_t)(rest / 3600), 2);
    *end++ = ':';
    end = put_digits(end, (uint32_t)(rest / 60 % 60), 2);
    *end++ = ':';
    end = put_digits(end, (uint32_t)(rest % 60), 2);
    *end = '.';
    writer->stamp[TIME_LENGTH - 2] = 'Z';
    writer->stamp[TIME_LENGTH - 1] = '"';
    writer->stamped = true;
    writer->second = second;
}

/* A time of 64-bit nanoseconds lies between the years 1677 and 2262: always four digits. */
static void make_time(Writer *writer, int64_t time_ns)
{
    int64_t second = time_ns / 1000000000;
    int64_t nanosecond = time_ns % 1000000000;
    if (nanosecond < 0) {
        nanosecond += 1000000000;
        second--;
    }
    if (!writer->stamped || second != writer->second)
        make_stamp(writer, second);
    put_digits((uint8_t *)writer->stamp + STAMP_LENGTH, (uint32_t)nanosecond, 9);
    writer->time_ns = time_ns;
}

/* Several facts in a row come from one frame, with one time. */
static inline uint8_t *put_time(Writer *writer, uint8_t *end, int64_t time_ns)
{
    if (!writer->stamped || time_ns != writer->time_ns)
        make_time(writer, time_ns);
    return put(end, writer->stamp, sizeof writer->stamp);
}

/* Appends the text without quotes; false when it is not UTF-8. */
static bool add_text(MsBuffer *out, const uint8_t *text, size_t length)
{
    if (!ms_escape_json_needless(text, length))
        return ms_escape_json(out, text, length);
    ms_buffer_append(out, text, length);
    return true;
}

/* `"value"`, and `,"hex":"..."` behind it when the value is not UTF-8 and nothing is masked. */
static void add_value(Writer *writer, const MsFact *fact)
{
    MsBuffer *out = writer->out;
    const uint8_t *text = (const uint8_t *)fact->text;
    size_t length = fact->text_length;
    bool masked = false;
    if (writer->redactor) {
        writer->masked.length = 0;
        masked = ms_redact_fact(writer->redactor, fact, &writer->masked);
        text = writer->masked.data;
        length = writer->masked.length;
    }
    ms_buffer_byte(out, '"');
    bool exact = add_text(out, text, length);
    ms_buffer_byte(out, '"');
    if (!exact && !masked) {
        ms_buffer_text(out, ",\"hex\":\"");
        ms_escape_hex(out, text, length);
        ms_buffer_byte(out, '"');
    }
}

/* `,"from":..,"time":..,"ranges":[[frame,` is the same for all that is found in a frame. */
static void make_place(Writer *writer, uint8_t direction, int64_t time_ns, uint32_t frame)
{
    uint8_t *start = (uint8_t *)writer->place;
    uint8_t *end = direction == MS_TO_SERVER ? PUT(start, ",\"from\":\"client\",\"time\":")
                                             : PUT(start, ",\"from\":\"server\",\"time\":");
    end = put_time(writer, end, time_ns);
    end = PUT(end, ",\"ranges\":[[");
    end = put_uint32(end, frame);
    *end++ = ',';
    writer->place_length = (size_t)(end - start);
    writer->place_direction = direction;
    writer->place_time_ns = time_ns;
    writer->place_frame = frame;
}

/* `offset,length]` and the further ranges. */
static uint8_t *put_ranges(const Writer *writer, uint8_t *end, const MsRange *ranges,
                           uint32_t n_ranges)
{
    for (uint32_t i = 0;; i++) {
        end = put_uint32(end, ranges[i].offset);
        *end++ = ',';
        end = put_uint32(end, ranges[i].length);
        if (writer->joined) {
            *end++ = ',';
            end = put_uint32(end, ranges[i].file + 1u);
        }
        *end++ = ']';
        if (i + 1 == n_ranges)
            return end;
        end = PUT(end, ",[");
        end = put_uint32(end, ranges[i + 1].frame);
        *end++ = ',';
    }
}

/* Most bytes that put_evidence() writes. */
static inline size_t evidence_room(uint32_t n_ranges)
{
    return PLACE_LENGTH + 32 + LONGEST_NUMBER + (size_t)n_ranges * LONGEST_RANGE;
}

/* `,"from":..,"time":..,"ranges":[..],"ranges_omitted":..}` */
static uint8_t *put_evidence(Writer *writer, uint8_t *end, uint8_t direction, int64_t time_ns,
                             const MsRange *ranges, uint32_t n_ranges, uint64_t omitted)
{
    if (n_ranges > 0) {
        if (writer->place_length == 0 || writer->place_frame != ranges[0].frame ||
            writer->place_time_ns != time_ns || writer->place_direction != direction)
            make_place(writer, direction, time_ns, ranges[0].frame);
        memcpy(end, writer->place, sizeof writer->place); /* all of it: of a size known here */
        end = put_ranges(writer, end + writer->place_length, ranges, n_ranges);
        *end++ = ']';
    } else {
        end = PUT(end, ",\"ranges\":[]");
    }
    if (omitted > 0) {
        end = PUT(end, ",\"ranges_omitted\":");
        end = put_uint(end, omitted);
    }
    *end++ = '}';
    return end;
}

/* `,"message":number`, counted from 1. */
static inline uint8_t *put_message(uint8_t *end, int32_t message)
{
    if (message < 0)
        return end;
    end = PUT(end, ",\"message\":");
    return put_uint(end, (uint64_t)message + 1);
}

static inline uint8_t *put_item(uint8_t *end, MsScope scope, int32_t item)
{
    if (item < 0)
        return end;
    if (scope == MS_EXCHANGE)
        end = PUT(end, ",\"exchange\":");
    else if (scope == MS_ATTEMPT)
        end = PUT(end, ",\"attempt\":");
    else if (scope == MS_RECIPIENT)
        end = PUT(end, ",\"recipient\":");
    else if (scope == MS_PART)
        end = PUT(end, ",\"part\":");
    else if (scope == MS_HOP)
        end = PUT(end, ",\"hop\":");
    else
        return end;
    return put_uint(end, (uint64_t)item + 1);
}

static inline bool is_text(MsType type)
{
    return type == MS_STRING || type == MS_ADDRESS || type == MS_BYTES;
}

/* Number, boolean or time; or a text that needs no escape. */
static inline uint8_t *put_value(Writer *writer, uint8_t *end, MsType type, const MsFact *fact)
{
    switch (type) {
    case MS_UINT:
        return put_uint(end, (uint64_t)fact->number);
    case MS_BOOL:
        return fact->number ? PUT(end, "true") : PUT(end, "false");
    case MS_TIME:
        return put_time(writer, end, fact->number);
    case MS_STRING:
    case MS_ADDRESS:
    case MS_BYTES:
        break;
    }
    *end++ = '"';
    end = put(end, fact->text, fact->text_length);
    *end++ = '"';
    return end;
}

static void add_fact(Writer *writer, const MsFact *fact)
{
    MsBuffer *out = writer->out;
    const Fixed *start = &fields[fact->field].start;
    size_t room = KEY_LENGTH + TIME_LENGTH + LONGEST_INDEX + evidence_room(fact->n_ranges);
    MsType type = (MsType)fields[fact->field].type;
    bool text = is_text(type);
    make_room(out, room + (text ? fact->text_length : 0));
    uint8_t *end = out->data + out->length;
    memcpy(end, start->text, KEY_LENGTH);
    end += start->length;
    if (text && (writer->redactor ||
                 !ms_escape_json_needless((const uint8_t *)fact->text, fact->text_length))) {
        out->length = (size_t)(end - out->data);
        add_value(writer, fact);
        make_room(out, room);
        end = out->data + out->length;
    } else {
        end = put_value(writer, end, type, fact);
    }
    end = put_message(end, fact->message);
    end = put_item(end, (MsScope)fields[fact->field].scope, fact->item);
    end = put_evidence(writer, end, fact->direction, fact->time_ns, fact->ranges, fact->n_ranges,
                       fact->ranges_omitted);
    out->length = (size_t)(end - out->data);
}

static void add_oddity(Writer *writer, const MsOddity *oddity)
{
    MsBuffer *out = writer->out;
    const uint8_t *detail = (const uint8_t *)oddity->detail;
    size_t length = oddity->detail_length;
    if (writer->redactor) {
        writer->masked.length = 0;
        ms_redactor_apply(writer->redactor, detail, length, &writer->masked);
        detail = writer->masked.data;
        length = writer->masked.length;
    }
    ms_buffer_append(out, oddity_start[oddity->kind].text, oddity_start[oddity->kind].length);
    add_text(out, detail, length);
    ms_buffer_byte(out, '"');
    ms_buffer_reserve(out, 2 * LONGEST_INDEX + evidence_room(oddity->n_ranges));
    uint8_t *end = put_message(out->data + out->length, oddity->message);
    if (oddity->length > 0) {
        end = PUT(end, ",\"length\":");
        end = put_uint(end, oddity->length);
    }
    end = put_evidence(writer, end, oddity->direction, oddity->time_ns, oddity->ranges,
                       oddity->n_ranges, oddity->ranges_omitted);
    out->length = (size_t)(end - out->data);
}

static void add_files(Writer *writer, const MsOrigins *origins)
{
    MsBuffer *out = writer->out;
    ms_buffer_text(out, writer->joined ? "{\"schema\":1,\"files\":[" : "{\"schema\":1,\"file\":");
    for (size_t i = 0; i < origins->n_files; i++) {
        if (i > 0)
            ms_buffer_byte(out, ',');
        ms_buffer_byte(out, '"');
        add_text(out, (const uint8_t *)origins->files[i], strlen(origins->files[i]));
        ms_buffer_byte(out, '"');
    }
    if (writer->joined)
        ms_buffer_byte(out, ']');
}

void ms_json_fact(MsBuffer *out, const MsFact *fact, const MsOrigins *origins,
                  const MsRedactor *redactor)
{
    Writer writer = {.out = out, .redactor = redactor, .joined = origins->n_files > 1};
    add_fact(&writer, fact);
    ms_buffer_clear(&writer.masked);
}

void ms_json_session(MsBuffer *out, const MsRecord *record, const MsOrigins *origins,
                     const MsRedactor *redactor)
{
    Writer writer = {.out = out, .redactor = redactor, .joined = origins->n_files > 1};
    size_t count;
    add_files(&writer, origins);
    ms_buffer_text(out, ",\"session\":");
    ms_buffer_uint(out, ms_record_number(record) + 1ull);
    ms_buffer_text(out, ",\"facts\":[");
    const MsFact *facts = ms_record_facts(record, &count);
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            ms_buffer_byte(out, ',');
        add_fact(&writer, &facts[i]);
    }
    ms_buffer_text(out, "],\"oddities\":[");
    const MsOddity *oddities = ms_record_oddities(record, &count);
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            ms_buffer_byte(out, ',');
        add_oddity(&writer, &oddities[i]);
    }
    ms_buffer_text(out, "]}\n");
    ms_buffer_clear(&writer.masked);
}
