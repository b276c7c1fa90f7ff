/* SPDX-License-Identifier: GPL-2.0-or-later
 * stat.c - tables that grow as frames go by. A row is looked for from the end, as what is said of a
 * session mostly concerns the last ones; strings belong to the table. */
#include "stat.h"

#include "fact/replies.h"
#include "state.h"
#include "words.h"

#include <epan/stat_tap_ui.h>
#include <epan/tap.h>

#include <string.h>

typedef enum {
    SESSION,
    PROTOCOL,
    CLIENT,
    SERVER,
    USER,
    LOGIN,
    MESSAGES,
    BYTES,
    END,
    SESSION_COLUMNS
} SessionColumn;

typedef enum {
    IN_SESSION,
    ATTEMPT,
    MECHANISM,
    NAME,
    SECRET,
    OUTCOME,
    FRAME,
    CREDENTIAL_COLUMNS
} CredentialColumn;

typedef enum { DIALECT, CODE, MEANING, COUNT, REPLY_COLUMNS } ReplyColumn;

static stat_tap_table_item session_columns[SESSION_COLUMNS] = {
    {TABLE_ITEM_UINT, TAP_ALIGN_RIGHT, "Session", "%7u"},
    {TABLE_ITEM_STRING, TAP_ALIGN_LEFT, "Protocol", "%-8s"},
    {TABLE_ITEM_STRING, TAP_ALIGN_LEFT, "Client", "%-24s"},
    {TABLE_ITEM_STRING, TAP_ALIGN_LEFT, "Server", "%-24s"},
    {TABLE_ITEM_STRING, TAP_ALIGN_LEFT, "User", "%-24s"},
    {TABLE_ITEM_STRING, TAP_ALIGN_LEFT, "Login", "%-10s"},
    {TABLE_ITEM_UINT, TAP_ALIGN_RIGHT, "Messages", "%8u"},
    {TABLE_ITEM_UINT, TAP_ALIGN_RIGHT, "Bytes", "%10u"},
    {TABLE_ITEM_STRING, TAP_ALIGN_LEFT, "End", "%s"}};

static stat_tap_table_item credential_columns[CREDENTIAL_COLUMNS] = {
    {TABLE_ITEM_UINT, TAP_ALIGN_RIGHT, "Session", "%7u"},
    {TABLE_ITEM_UINT, TAP_ALIGN_RIGHT, "Attempt", "%7u"},
    {TABLE_ITEM_STRING, TAP_ALIGN_LEFT, "Mechanism", "%-12s"},
    {TABLE_ITEM_STRING, TAP_ALIGN_LEFT, "User", "%-24s"},
    {TABLE_ITEM_STRING, TAP_ALIGN_LEFT, "Password or proof", "%-24s"},
    {TABLE_ITEM_STRING, TAP_ALIGN_LEFT, "Outcome", "%-10s"},
    {TABLE_ITEM_UINT, TAP_ALIGN_RIGHT, "Frame", "%8u"}};

static stat_tap_table_item reply_columns[REPLY_COLUMNS] = {
    {TABLE_ITEM_STRING, TAP_ALIGN_LEFT, "Protocol", "%-8s"},
    {TABLE_ITEM_STRING, TAP_ALIGN_LEFT, "Reply", "%-8s"},
    {TABLE_ITEM_STRING, TAP_ALIGN_LEFT, "Meaning", "%-56s"},
    {TABLE_ITEM_UINT, TAP_ALIGN_RIGHT, "Replies", "%7u"}};

static int tap;

/* A table being brought up to date. */
typedef struct {
    stat_tap_table *table;
    packet_info *pinfo;
    bool changed;
} Update;

static void set_text(stat_tap_table_item_type *cell, const char *text)
{
    g_free((char *)cell->value.string_value);
    cell->value.string_value = g_strdup(text);
}

/* The row whose first cells hold these numbers; made when there is none. `numbers`: 1 or 2. */
static stat_tap_table_item_type *row_of(stat_tap_table *table, const stat_tap_table_item *columns,
                                        unsigned numbers, uint32_t first, uint32_t second)
{
    for (guint i = table->num_elements; i-- > 0;) {
        stat_tap_table_item_type *row = table->elements[i];
        if (row[0].value.uint_value == first && (numbers < 2 || row[1].value.uint_value == second))
            return row;
    }
    g_autofree stat_tap_table_item_type *cells =
        g_new0(stat_tap_table_item_type, table->num_fields);
    for (guint i = 0; i < table->num_fields; i++) {
        cells[i].type = columns[i].type;
        if (cells[i].type == TABLE_ITEM_STRING)
            cells[i].value.string_value = g_strdup("");
    }
    cells[0].value.uint_value = first;
    if (numbers > 1)
        cells[1].value.uint_value = second;
    guint index = table->num_elements;
    stat_tap_init_table_row(table, index, table->num_fields, cells);
    return table->elements[index];
}

static void update_session(const MsEntry *entry, void *user_data)
{
    Update *update = user_data;
    wmem_allocator_t *pool = update->pinfo->pool;
    const MsStoreSession *session = ms_store_session(ms_state.store, entry->session);
    if (!session || !ms_state_wants(entry->session))
        return;
    stat_tap_table_item_type *row =
        row_of(update->table, session_columns, 1, entry->session + 1, 0);
    set_text(&row[PROTOCOL], ms_words_value(pool, session, MS_FIELD_SESSION_PROTOCOL));
    set_text(&row[CLIENT], ms_words_end(pool, session, MS_TO_SERVER));
    set_text(&row[SERVER], ms_words_end(pool, session, MS_TO_CLIENT));
    set_text(&row[USER], ms_words_value(pool, session, MS_FIELD_AUTH_USERNAME));
    set_text(&row[LOGIN], ms_words_value(pool, session, MS_FIELD_AUTH_OUTCOME));
    set_text(&row[END], ms_words_value(pool, session, MS_FIELD_SESSION_END));
    row[MESSAGES].value.uint_value = session->messages;
    row[BYTES].value.uint_value = (guint)MIN(session->message_bytes, G_MAXUINT);
    update->changed = true;
}

static void update_credentials(const MsEntry *entry, void *user_data)
{
    Update *update = user_data;
    const MsFact *fact = &entry->as.fact;
    if (entry->kind != MS_ENTRY_FACT || !ms_state_wants(entry->session) ||
        ms_field((MsFieldId)fact->field)->scope != MS_ATTEMPT)
        return;
    stat_tap_table_item_type *row =
        row_of(update->table, credential_columns, 2, entry->session + 1, (uint32_t)fact->item + 1);
    const char *text = ms_words_fact(update->pinfo->pool, fact);
    switch (fact->field) {
    case MS_FIELD_AUTH_MECHANISM:
        set_text(&row[MECHANISM], text);
        row[FRAME].value.uint_value = fact->n_ranges > 0 ? fact->ranges[0].frame : entry->home;
        break;
    case MS_FIELD_AUTH_USERNAME:
        set_text(&row[NAME], text);
        break;
    case MS_FIELD_AUTH_PASSWORD:
    case MS_FIELD_AUTH_TOKEN:
    case MS_FIELD_AUTH_DIGEST:
        set_text(&row[SECRET], text);
        break;
    case MS_FIELD_AUTH_OUTCOME:
        set_text(&row[OUTCOME], text);
        break;
    default:
        return;
    }
    update->changed = true;
}

/* The protocol whose reply a fact is; NULL: it is none. */
static const char *dialect(const MsFact *fact)
{
    switch (fact->field) {
    case MS_FIELD_SMTP_REPLY_CODE:
    case MS_FIELD_SMTP_GREETING_CODE:
        return "SMTP";
    case MS_FIELD_POP3_STATUS:
    case MS_FIELD_POP3_GREETING_STATUS:
        return "POP3";
    case MS_FIELD_IMAP_STATUS:
    case MS_FIELD_IMAP_GREETING_STATUS:
        return "IMAP";
    case MS_FIELD_HTTP_STATUS:
        return "HTTP";
    default:
        return NULL;
    }
}

static stat_tap_table_item_type *reply_row(stat_tap_table *table, const char *protocol,
                                           const char *reply)
{
    for (guint i = 0; i < table->num_elements; i++) {
        stat_tap_table_item_type *row = table->elements[i];
        if (strcmp(row[DIALECT].value.string_value, protocol) == 0 &&
            strcmp(row[CODE].value.string_value, reply) == 0)
            return row;
    }
    stat_tap_table_item_type cells[REPLY_COLUMNS] = {0};
    for (guint i = 0; i < REPLY_COLUMNS; i++)
        cells[i].type = reply_columns[i].type;
    cells[DIALECT].value.string_value = g_strdup(protocol);
    cells[CODE].value.string_value = g_strdup(reply);
    cells[MEANING].value.string_value = g_strdup("");
    guint index = table->num_elements;
    stat_tap_init_table_row(table, index, REPLY_COLUMNS, cells);
    return table->elements[index];
}

static void update_replies(const MsEntry *entry, void *user_data)
{
    Update *update = user_data;
    const MsFact *fact = &entry->as.fact;
    if (entry->kind != MS_ENTRY_FACT || entry->home != update->pinfo->num ||
        !ms_state_wants(entry->session) || !dialect(fact))
        return;
    wmem_allocator_t *pool = update->pinfo->pool;
    bool number = ms_field((MsFieldId)fact->field)->type == MS_UINT;
    const char *reply =
        number ? wmem_strdup_printf(pool, "%u", (unsigned)fact->number) : ms_words_fact(pool, fact);
    stat_tap_table_item_type *row = reply_row(update->table, dialect(fact), reply);
    const char *words = ms_words_meaning(update->pinfo->pool,
                                         ms_store_session(ms_state.store, entry->session), fact);
    set_text(&row[MEANING], words ? words : "");
    row[COUNT].value.uint_value++;
    update->changed = true;
}

static tap_packet_status update(void *tapdata, packet_info *pinfo, MsStoreFunc func)
{
    const stat_data_t *data = tapdata;
    Update one = {.table = g_array_index(data->stat_tap_data->tables, stat_tap_table *, 0),
                  .pinfo = pinfo};
    ms_store_frame(ms_state.store, pinfo->num, func, &one);
    return one.changed ? TAP_PACKET_REDRAW : TAP_PACKET_DONT_REDRAW;
}

static tap_packet_status on_sessions(void *tapdata, packet_info *pinfo, epan_dissect_t *edt,
                                     const void *data, tap_flags_t flags)
{
    (void)edt, (void)data, (void)flags;
    return update(tapdata, pinfo, update_session);
}

static tap_packet_status on_credentials(void *tapdata, packet_info *pinfo, epan_dissect_t *edt,
                                        const void *data, tap_flags_t flags)
{
    (void)edt, (void)data, (void)flags;
    return update(tapdata, pinfo, update_credentials);
}

static tap_packet_status on_replies(void *tapdata, packet_info *pinfo, epan_dissect_t *edt,
                                    const void *data, tap_flags_t flags)
{
    (void)edt, (void)data, (void)flags;
    return update(tapdata, pinfo, update_replies);
}

static void begin(stat_tap_table_ui *ui)
{
    stat_tap_table *table = stat_tap_find_table(ui, ui->title);
    if (table) {
        if (ui->stat_tap_reset_table_cb)
            ui->stat_tap_reset_table_cb(table);
        return;
    }
    table = stat_tap_init_table(ui->title, (int)ui->nfields, 0, NULL);
    stat_tap_add_table(ui, table);
}

static void free_cell(stat_tap_table *table, guint row, guint column,
                      stat_tap_table_item_type *cell)
{
    (void)table, (void)row, (void)column;
    if (cell->type == TABLE_ITEM_STRING)
        g_free((char *)cell->value.string_value);
    cell->value.string_value = NULL;
}

/* Empties the table: rows come back as frames are read again. */
static void reset(stat_tap_table *table)
{
    for (guint row = 0; row < table->num_elements; row++) {
        for (guint column = 0; column < table->num_fields; column++)
            free_cell(table, row, column, &table->elements[row][column]);
        g_free(table->elements[row]);
    }
    table->num_elements = 0;
}

void ms_stat_register(void)
{
    static stat_tap_table_ui tables[] = {{.title = "Mailscope Sessions",
                                          .cli_string = "mailscope,sessions",
                                          .packet_func = on_sessions,
                                          .nfields = SESSION_COLUMNS,
                                          .fields = session_columns},
                                         {.title = "Mailscope Credentials",
                                          .cli_string = "mailscope,credentials",
                                          .packet_func = on_credentials,
                                          .nfields = CREDENTIAL_COLUMNS,
                                          .fields = credential_columns},
                                         {.title = "Mailscope Reply Codes",
                                          .cli_string = "mailscope,replies",
                                          .packet_func = on_replies,
                                          .nfields = REPLY_COLUMNS,
                                          .fields = reply_columns}};
    static tap_param filter[] = {{PARAM_FILTER, "filter", "Filter", NULL, TRUE}};
    tap = register_tap("mailscope");
    for (size_t i = 0; i < G_N_ELEMENTS(tables); i++) {
        tables[i].group = REGISTER_PACKET_STAT_GROUP_UNSORTED;
        tables[i].tap_name = "mailscope";
        tables[i].stat_tap_init_cb = begin;
        tables[i].stat_tap_reset_table_cb = reset;
        tables[i].stat_tap_free_table_item_cb = free_cell;
        tables[i].nparams = G_N_ELEMENTS(filter);
        tables[i].params = filter;
        register_stat_tap_table_ui(&tables[i]);
    }
}

static void is_any(const MsEntry *entry, void *user_data)
{
    (void)entry, (void)user_data;
}

void ms_stat_frame(packet_info *pinfo)
{
    if (have_tap_listener(tap) && ms_store_frame(ms_state.store, pinfo->num, is_any, NULL))
        tap_queue_packet(tap, pinfo, NULL);
}
