/* SPDX-License-Identifier: GPL-2.0-or-later
 * fuzz-report.c - any words of two sides, over TCP into the engine, and what it finds as a page:
 * its elements and attributes are those that the program writes, closed in their turn, each link
 * leads into the page, and of what was said nothing is there but text that can be seen.
 * Input: chunks as dialogue.h has them (bit 0: server, bit 1: a gap); in the first one also bit 2:
 * masked, bit 3: small limits, bits 4-5: the server's port, bit 6: an end. */
#include "engine.h"
#include "fuzz.h"
#include "report/report_private.h"
#include "wire.h"

enum { MOST_OPEN = 64 /* elements in each other */, MOST_SEGMENT = 1400 };

static const char *const elements =
    " html head meta title style body header main h1 h2 h3 h4 h5 p b i section ul ol li figure "
    "figcaption svg rect path text desc symbol defs use line nav details summary span div article "
    "a dl dt dd code pre table caption tbody thead tr th td br script noscript ";
static const char *const attributes =
    " lang charset http-equiv content name class id href open hidden role aria-labelledby "
    "aria-hidden aria-label viewBox preserveAspectRatio width height x y rx d colspan scope x1 x2 "
    "y1 y2 overflow ";

static const char *const files[] = {"<b>\"'&.pcap"};
static const MsOrigins origins = {files, 1};

typedef struct {
    MsReport *report;
    MsBuffer out;
    MsRedactor *redactor;
} Page;

typedef struct {
    const char *at;
    char open[MOST_OPEN][16];
    size_t depth;
} Check;

static void fail(const Check *check, const char *what)
{
    fprintf(stderr, "%s at: %.200s\n", what, check->at);
    abort();
}

/* Whether `list`, words with a blank on either side, has the word. */
static bool listed(const char *list, const char *word, size_t length)
{
    for (const char *at = list + 1; *at; at += strcspn(at, " ") + 1) {
        if (strncmp(at, word, length) == 0 && at[length] == ' ')
            return true;
    }
    return false;
}

/* name="value" from check->at on. */
static void check_attribute(Check *check)
{
    size_t name = strcspn(check->at, "=<> \"");
    if (!listed(attributes, check->at, name))
        fail(check, "attribute");
    bool link = name == 4 && strncmp(check->at, "href", 4) == 0;
    check->at += name;
    if (*check->at != '=')
        return; /* open, hidden */
    if (check->at[1] != '"' || (link && check->at[2] != '#'))
        fail(check, "value");
    size_t value = strcspn(check->at + 2, "\"<>");
    if (check->at[2 + value] != '"')
        fail(check, "end of a value");
    check->at += 2 + value + 1;
}

static void check_end(Check *check)
{
    size_t name = strcspn(check->at + 2, ">");
    if (check->depth == 0 || strlen(check->open[check->depth - 1]) != name ||
        strncmp(check->open[check->depth - 1], check->at + 2, name) != 0)
        fail(check, "not closed in its turn");
    check->depth--;
    check->at += 2 + name + 1;
}

static void check_tag(Check *check)
{
    static const char *const empty = " meta br ";
    size_t name = strcspn(check->at + 1, " />");
    const char *word = check->at + 1;
    if (!listed(elements, word, name))
        fail(check, "element");
    check->at += 1 + name;
    while (*check->at == ' ') {
        check->at++;
        check_attribute(check);
    }
    bool closed = *check->at == '/';
    check->at += closed ? 1 : 0;
    if (*check->at != '>' || check->depth == MOST_OPEN)
        fail(check, "end of a tag");
    check->at++;
    if (!closed && !listed(empty, word, name))
        g_snprintf(check->open[check->depth++], 16, "%.*s", (int)name, word);
    if (name == 5 && strncmp(word, "style", 5) == 0)
        check->at = strstr(check->at, "</style>");
    else if (name == 6 && strncmp(word, "script", 6) == 0)
        check->at = strstr(check->at, "</script>");
}

static void check_text(Check *check)
{
    static const char *const names[] = {"&amp;", "&lt;", "&gt;", "&quot;", "&#39;"};
    gunichar code = g_utf8_get_char(check->at);
    if (code == '&') {
        bool known = false;
        for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
            known = known || g_str_has_prefix(check->at, names[i]);
        if (!known)
            fail(check, "reference");
    }
    if (code == '>' || (code < 0x20 && code != '\n' && code != '\t') ||
        (code >= 0x7f && code < 0xa0) || (code >= 0x2028 && code <= 0x202e) || code == 0xfeff ||
        (code >= 0x200b && code <= 0x200f) || (code >= 0x2066 && code <= 0x2069))
        fail(check, "character");
    check->at = g_utf8_next_char(check->at);
}

static void check_page(const MsBuffer *page)
{
    g_autofree char *text = g_strndup((const char *)page->data, page->length);
    Check check = {.at = text};
    if (!g_utf8_validate_len(text, page->length, NULL))
        fail(&check, "not UTF-8");
    const char *begin = "<!DOCTYPE html>\n";
    if (!g_str_has_prefix(text, begin))
        fail(&check, "begin");
    for (check.at += strlen(begin); *check.at;) {
        if (g_str_has_prefix(check.at, "</"))
            check_end(&check);
        else if (*check.at == '<')
            check_tag(&check);
        else
            check_text(&check);
    }
    if (check.depth > 0)
        fail(&check, "something is open at the end");
}

static void on_session(const MsRecord *record, void *user_data)
{
    Page *page = user_data;
    const MsStyle style = {.redact = page->redactor != NULL};
    if (page->redactor)
        ms_redactor_learn(page->redactor, record);
    ms_report_session(page->report, &page->out, record, &origins, &style, page->redactor);
}

static void push(MsEngine *engine, Wire *wire, WirePacket *packet)
{
    MsSegment segment;
    MsRange place;
    wire_capture(wire, packet, &segment, &place);
    ms_engine_push(engine, &segment);
}

static void push_all(MsEngine *engine, Wire *wire, GPtrArray *packets)
{
    for (guint i = 0; i < packets->len; i++)
        push(engine, wire, packets->pdata[i]);
    g_ptr_array_set_size(packets, 0);
}

static void play(MsEngine *engine, const uint8_t *data, size_t size)
{
    static const uint16_t ports[] = {25, 110, 143, 80};
    g_autoptr(Wire) wire = wire_new(40000, ports[data[0] >> 4 & 3], 100, 5000);
    g_autoptr(GPtrArray) packets = wire_packets();
    bool ends = data[0] & 64;
    wire_handshake(wire, packets);
    push_all(engine, wire, packets);
    for (size_t at = 0; at + 3 <= size;) {
        unsigned side = data[at] & 1;
        bool gap = data[at] & 2;
        size_t length = (size_t)(data[at + 1] | data[at + 2] << 8);
        at += 3;
        if (gap) {
            wire->next[side] += (uint32_t)length;
            continue;
        }
        length = MIN(length, size - at);
        if (length > 0)
            wire_say(wire, packets, side, data + at, length, MOST_SEGMENT, true);
        push_all(engine, wire, packets);
        at += length;
    }
    if (ends) {
        wire_fin(wire, packets, 0);
        wire_fin(wire, packets, 1);
        push_all(engine, wire, packets);
    }
    ms_engine_end(engine, !ends);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 3 || size > 20000)
        return 0;
    MsEngineOptions options;
    ms_engine_options_default(&options);
    options.keep = MS_KEEP_ALL;
    options.mime = true;
    for (int i = MS_LIMIT_REPORT_STEPS; (data[0] & 8) && i <= MS_LIMIT_REPORT_WAYS; i++)
        options.limits.value[i] = 3;
    Page page = {.report = ms_report_new(1, 1, &options.limits)};
    /* What is known about words stays from input to input: looking it up is slow. */
    static GHashTable *explained;
    if (!explained)
        explained = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    g_hash_table_unref(page.report->explained);
    page.report->explained = g_hash_table_ref(explained);
    page.redactor = data[0] & 4 ? ms_redactor_new(&options.limits) : NULL;
    g_autoptr(GPtrArray) reports = g_ptr_array_new();
    g_ptr_array_add(reports, page.report);
    const MsSink sink = {.session = on_session};
    g_autoptr(MsEngine) engine = ms_engine_new(&options, &sink, &page);
    ms_report_begin(page.report, &page.out, &origins);
    play(engine, data, size);
    ms_report_end(page.report, &page.out, &(MsReportCounts){.frames = 1}, &origins,
                  &(MsStyle){.redact = page.redactor != NULL}, page.redactor);
    MsBuffer whole = {0};
    ms_report_head(&whole, reports, page.redactor != NULL);
    ms_buffer_append(&whole, page.out.data, page.out.length);
    ms_report_tail(&whole);
    check_page(&whole);
    ms_buffer_clear(&whole);
    ms_buffer_clear(&page.out);
    ms_redactor_free(page.redactor);
    ms_report_free(page.report);
    return 0;
}
