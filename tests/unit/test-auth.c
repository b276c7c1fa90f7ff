/* SPDX-License-Identifier: GPL-2.0-or-later
 * test-auth.c - one login attempt after the other, as scripts: what goes in line by line, which
 * facts come out, in order.
 *
 * A script has one line for each line on the wire: `I` initial response, `C` client, `S` server,
 * each with text that is put into base64 first; `i`, `c`, `s` with text that is sent as it stands;
 * `G` a line of the client is missing. `~` stands for NUL, `^` for Ctrl-A. */
#include "base/codec.h"
#include "dialogue/auth.h"

#include <glib.h>

typedef struct {
    MsTalk talk; /* first: the doors get a pointer to it */
    GString *out;
    GString *encoded; /* may be NULL */
} Listener;

static void append_shown(GString *out, const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)text[i];
        if (byte == '\0' || byte == 1)
            g_string_append_c(out, byte ? '^' : '~');
        else if (byte < 0x20 || byte >= 0x7f)
            g_string_append_printf(out, "\\x%02x", byte);
        else
            g_string_append_c(out, (char)byte);
    }
}

static void on_fact(MsTalk *talk, const MsFact *fact)
{
    GString *out = ((Listener *)talk)->out;
    const MsField *field = ms_field((MsFieldId)fact->field);
    g_assert_cmpint(fact->item, ==, 7);
    g_assert_cmpint(fact->message, ==, -1);
    if (fact->field == MS_FIELD_AUTH_ENCODED) { /* asserted on its own */
        GString *encoded = ((Listener *)talk)->encoded;
        if (encoded)
            g_string_append_printf(encoded, "%u:%.*s\n", fact->ranges[0].frame,
                                   (int)fact->text_length, fact->text);
        return;
    }
    g_string_append_printf(out, "%s=", field->key + strlen("auth."));
    if (field->type == MS_UINT)
        g_string_append_printf(out, "%d", (int)fact->number);
    else
        append_shown(out, fact->text, fact->text_length);
    g_assert_cmpuint(fact->n_ranges, ==, 1);
    g_assert_cmpint(fact->time_ns, ==, 1000 + fact->ranges[0].frame);
    bool client = fact->ranges[0].frame % 2 == 0;
    g_assert_cmpuint(fact->direction, ==, client ? MS_TO_SERVER : MS_TO_CLIENT);
    g_string_append_c(out, '\n');
}

static void on_oddity(MsTalk *talk, const MsOddity *oddity)
{
    GString *out = ((Listener *)talk)->out;
    g_string_append_printf(out, "oddity %s %.*s\n", ms_oddity_name(oddity->kind),
                           (int)oddity->detail_length, oddity->detail);
    g_assert_cmpuint(oddity->n_ranges, ==, 1);
}

static const MsTalkClass listener_class = {.fact = on_fact, .oddity = on_oddity};

static void push_line(MsAuth *auth, const char *line, size_t length, MsRanges *where,
                      MsBuffer *note)
{
    char kind = line[0];
    MsBuffer plain = {0}, encoded = {0};
    for (size_t i = 1; i < length; i++)
        ms_buffer_byte(&plain, (uint8_t)(line[i] == '~' ? 0 : line[i] == '^' ? 1 : line[i]));
    MsBuffer *text = &plain;
    if (g_ascii_isupper(kind)) {
        ms_base64_encode(plain.data, plain.length, &encoded);
        text = &encoded;
    }
    if (kind == 'G')
        ms_auth_gap(auth);
    else if (kind == 'S' || kind == 's')
        ms_auth_server(auth, text->data, text->length, where, note);
    else
        ms_auth_client(auth, text->data, text->length, kind == 'I' || kind == 'i', where, note);
    ms_buffer_clear(&plain);
    ms_buffer_clear(&encoded);
}

/* Runs a script; returns the facts as text. Frames: even ones are the client's. */
static char *run(const char *mechanism, const char *script, MsAuthOutcome outcome, GString *notes,
                 GString *encoded)
{
    MsLimits limits;
    ms_limits_default(&limits);
    Listener listener = {
        .talk = {&listener_class, &limits, true}, .out = g_string_new(NULL), .encoded = encoded};
    MsRange place = {.frame = 10, .offset = 54, .length = 1};
    MsRanges where = {.range = &place, .n_ranges = 1, .allocated = 1, .time_ns = 1010};
    MsAuth *auth =
        ms_auth_new(&listener.talk, 7, (const uint8_t *)mechanism, strlen(mechanism), &where);
    MsBuffer note = {0};
    while (*script) {
        const char *end = strchr(script, '\n');
        size_t length = end ? (size_t)(end - script) : strlen(script);
        bool server = script[0] == 'S' || script[0] == 's';
        place.frame = (place.frame + 2) & ~1u;
        place.frame += server;
        where.time_ns = 1000 + place.frame;
        note.length = 0;
        push_line(auth, script, length, &where, &note);
        if (notes) {
            append_shown(notes, (const char *)note.data, note.length);
            g_string_append_c(notes, '\n');
        }
        script += length + (end != NULL);
    }
    place.frame |= 1;
    where.time_ns = 1000 + place.frame;
    ms_auth_end(auth, outcome, 235, &where);
    g_assert_true(ms_auth_cancelled(auth) == (outcome == MS_AUTH_CANCELLED));
    ms_auth_free(auth);
    ms_buffer_clear(&note);
    return g_string_free(listener.out, FALSE);
}

typedef struct {
    const char *mechanism, *script, *facts; /* facts without mechanism, outcome and code */
} Row;

static void check(const Row *row)
{
    g_autofree char *facts = run(row->mechanism, row->script, MS_AUTH_SUCCESS, NULL, NULL);
    g_autofree char *name = g_ascii_strup(row->mechanism, -1);
    g_autofree char *wanted =
        g_strdup_printf("mechanism=%s\n%soutcome=success\nreply_code=235\n", name, row->facts);
    g_assert_cmpstr(facts, ==, wanted);
}

#define USER_MISSING                                                                               \
    "problem=the user name is empty: a name stands where the identity to act as belongs "          \
    "(name NUL NUL password was sent; NUL name NUL password is meant as a rule)\n"

static void test_plain(void)
{
    static const Row rows[] = {
        {"PLAIN", "I~anna~secret", "username=anna\npassword=secret\n"},
        {"plain", "s\nC~anna~secret", "username=anna\npassword=secret\n"},
        {"PLAIN", "I~anna~a b~",
         "problem=a NUL stands behind the password\nusername=anna\n"
         "password=a b\n"},
        {"PLAIN", "Ichef~anna~secret", "authzid=chef\nusername=anna\npassword=secret\n"},
        {"PLAIN", "I~anna~", "username=anna\npassword=\nproblem=the password is empty\n"},
        {"PLAIN", "I~~secret", "username=\npassword=secret\nproblem=the user name is empty\n"},
        {"PLAIN", "I~~",
         "username=\npassword=\nproblem=the user name is empty\n"
         "problem=the password is empty\n"},
        {"PLAIN", "Ianna~~secret", "authzid=anna\nusername=\npassword=secret\n" USER_MISSING},
        {"PLAIN", "Ianna~secret",
         "problem=one NUL instead of two: the leading NUL is missing; taken as user name and "
         "password\nusername=anna\npassword=secret\n"},
        {"PLAIN", "Ianna~secret~",
         "authzid=anna\nusername=secret\npassword=\nproblem=the password is empty; when the "
         "leading NUL was forgotten, name NUL password NUL is meant\n"},
        {"PLAIN", "I~anna",
         "problem=one NUL instead of two: there is no password\n"
         "username=anna\n"},
        {"PLAIN", "Ianna", "problem=no NUL: user name and password cannot be told apart\n"},
        {"PLAIN", "I~a~b~c~d", "problem=more than two NULs: the fields cannot be told apart\n"},
        {"PLAIN", "i=\ns\nC~anna~secret", "username=anna\npassword=secret\n"},
        {"PLAIN", "s\nc", "problem=the answer is empty\n"},
        {"PLAIN", "I~anna~x\nS\nC~bert~y",
         "username=anna\npassword=x\nproblem=PLAIN has one answer, this is a further one\n"},
        {"PLAIN", "I~zo\xeb~\xff", "username=zo\\xeb\npassword=\\xff\n"},
        {"PLAIN", "iAGFubmEAc2VjcmV0 ",
         "oddity bad-base64 blanks after the base64\nproblem=blanks after the base64\n"
         "username=anna\npassword=secret\n"},
        {"PLAIN", "iAGFubmEAc2VjcmU",
         "oddity bad-base64 base64 with wrong padding\nproblem=base64 with wrong padding\n"
         "username=anna\npassword=secre\n"},
        {"PLAIN", "ianna/secret!",
         "oddity bad-base64 not base64: character outside the alphabet, character 12\n"
         "problem=not base64: character outside the alphabet, character 12\n"},
        {"PLAIN", "iAGFubmEAc2VjcmV0A",
         "oddity bad-base64 not base64: one character left over\n"
         "problem=not base64: one character left over\n"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
        check(&rows[i]);
    g_assert_cmpuint(G_N_ELEMENTS(rows), ==, 21);
}

#define PROMPTS "prompt=Username:\nusername=anna\nprompt=Password:\npassword=secret\n"

static void test_login(void)
{
    static const Row rows[] = {
        {"LOGIN", "SUsername:\nCanna\nSPassword:\nCsecret", PROMPTS},
        {"login", "Ianna\nSPassword:\nCsecret",
         "username=anna\nprompt=Password:\npassword=secret\n"},
        {"LOGIN", "i=\nSUsername:\nCanna\nSPassword:\nCsecret", PROMPTS},
        {"LOGIN", "SBenutzername:\nCanna\nSKennwort:\nCsecret",
         "prompt=Benutzername:\nusername=anna\nprompt=Kennwort:\npassword=secret\n"},
        {"LOGIN", "SPassword:\nCsecret\nSUsername:\nCanna",
         "prompt=Password:\npassword=secret\nprompt=Username:\nusername=anna\n"},
        {"LOGIN", "Canna\nCsecret", "username=anna\npassword=secret\n"},
        {"LOGIN", "SUsername:\nCanna\nSPassword:\nc",
         "prompt=Username:\nusername=anna\nprompt=Password:\npassword=\n"},
        {"LOGIN", "SUser Name~\nCanna\nSPassword~\nCsecret",
         "prompt=User Name~\nusername=anna\nprompt=Password~\npassword=secret\n"},
        {"LOGIN", "Ianna\nSUsername:\nCanna\nSPassword:\nCsecret",
         "username=anna\nprompt=Username:\nprompt=Password:\npassword=secret\n"},
        {"LOGIN", "Ianna\nSUsername:\nCbert\nSPassword:\nCsecret",
         "username=anna\nprompt=Username:\nprompt=Password:\nproblem=two user names were given "
         "before the password; the first is shown\npassword=secret\n"},
        {"LOGIN", "Ianna\nSUsername:\nCsecret",
         "username=anna\nprompt=Username:\nproblem=the server asked for the user name that it had "
         "been given; the answer is taken as the password\npassword=secret\n"},
        {"LOGIN", "G\nCsecret",
         "problem=a line before this one is missing: it may be user name or password\n"},
        {"LOGIN", "SUsername:\nG\nSPassword:\nCsecret",
         "prompt=Username:\nprompt=Password:\npassword=secret\n"},
        {"LOGIN", "SUsername:\ncanna!\nSPassword:\nCsecret",
         "prompt=Username:\noddity bad-base64 not base64: character outside the alphabet, "
         "character 5\nproblem=not base64: character outside the alphabet, character 5\n"
         "prompt=Password:\npassword=secret\n"},
        {"LOGIN", "sUsername:\nCanna\nsPassword:\nCsecret",
         "oddity bad-base64 not base64: character outside the alphabet, character 9\n"
         "username=anna\noddity bad-base64 not base64: character outside the alphabet, character "
         "9\npassword=secret\n"},
        {"LOGIN", "Canna\nCsecret\nCmore",
         "username=anna\npassword=secret\nproblem=LOGIN has two answers, this is a further one\n"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
        check(&rows[i]);
    g_assert_cmpuint(G_N_ELEMENTS(rows), ==, 16);
}

/* Digests and proofs were computed from these passwords with Python's hmac and hashlib. */
static void test_challenge(void)
{
    static const Row rows[] = {
        {"CRAM-MD5", "S<4711.1700000000@mx.example.net>\nCanna b e330dd92019fc9c471d5d03644b3221e",
         "challenge=<4711.1700000000@mx.example.net>\nusername=anna b\n"
         "digest=e330dd92019fc9c471d5d03644b3221e\n"},
        {"CRAM-MD5", "S<1@x>\nCe330dd92019fc9c471d5d03644b3221e",
         "challenge=<1@x>\nproblem=no blank: user name and digest cannot be told apart\n"},
        {"CRAM-MD5", "Canna abc",
         "username=anna\ndigest=abc\nproblem=the digest is not 32 hexadecimal digits\n"},
        {"CRAM-MD5", "C e330dd92019fc9c471d5d03644b3221e",
         "username=\ndigest=e330dd92019fc9c471d5d03644b3221e\nproblem=the user name is empty\n"},
        {"DIGEST-MD5",
         "Srealm=\"mail.example.net\",nonce=\"n0nce\",qop=\"auth\",algorithm=md5-sess\n"
         "Ccharset=utf-8,username=\"an\\\"na\",realm=\"mail.example.net\", nonce=\"n0nce\","
         "response=368664c29db2bbab6d71c09a57002fe1 ,authzid=\"chef\"\nSrspauth=00\nc",
         "challenge=realm=\"mail.example.net\",nonce=\"n0nce\",qop=\"auth\",algorithm=md5-sess\n"
         "username=an\"na\ndomain=mail.example.net\n"
         "digest=368664c29db2bbab6d71c09a57002fe1\nauthzid=chef\nchallenge=rspauth=00\n"},
        {"DIGEST-MD5", "Cusername=\"anna",
         "problem=a quoted value has no end\nproblem=no user name in the answer\n"},
        {"SCRAM-SHA-1",
         "In,a=chef,n=anna=2Cb=3Dc,r=fyko\nSr=fykoXyZ3,s=MDEyMzQ1Njc4OWFi,i=4096\n"
         "Cc=biws,r=fykoXyZ3,p=tTnbRbZRorGkjFKJvT13e4L2CZ0=\nSv=G4BkbQFm7ep2ZCrR/pu+UmLc/h8=\nc",
         "authzid=chef\nusername=anna,b=c\nchallenge=r=fykoXyZ3,s=MDEyMzQ1Njc4OWFi,i=4096\n"
         "digest=tTnbRbZRorGkjFKJvT13e4L2CZ0=\n"
         "challenge=v=G4BkbQFm7ep2ZCrR/pu+UmLc/h8=\n"},
        {"SCRAM-SHA-256-PLUS", "s\nCp=tls-exporter,,n=anna,r=fyko", "username=anna\n"},
        {"SCRAM-SHA-256", "In,,n=an=na,r=fyko",
         "problem=the name has an `=` that is neither =2C nor =3D\nusername=an=na\n"},
        {"SCRAM-SHA-256", "Iwhatever",
         "problem=not a first message of SCRAM: no user name in it\n"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
        check(&rows[i]);
    g_assert_cmpuint(G_N_ELEMENTS(rows), ==, 10);
}

#define TYPE_1 "cTlRMTVNTUAABAAAAB7IAAAAAAAAAAAAAAAAAAAAAAAA=\n"
#define TYPE_2 "sTlRMTVNTUAACAAAAAAAAACAAAAABAAAAASNFZ4mrze8=\n"
#define TYPE_2_OEM "sTlRMTVNTUAACAAAAAAAAACAAAAACAAAAASNFZ4mrze8=\n"
#define NTLM_FACTS(user)                                                                           \
    "challenge=^#Eg\\x89\\xab\\xcd\\xef\nusername=" user "\ndomain=SCHULE\nhost=PC-7\n"            \
    "digest=000102030405060708090a0b0c0d0e0f1011121314151617\n"

static void test_ntlm(void)
{
    static const Row rows[] = {
        {"NTLM",
         TYPE_1 TYPE_2
         "cTlRMTVNTUAADAAAAAAAAAFoAAAAYABgAWgAAAAwADABAAAAABgAGAEwAAAAIAAgAUgAAAAAAAAByAAAAAQAAAFMA"
         "QwBIAFUATABFAHoAbwDrAFAAQwAtADcAAAECAwQFBgcICQoLDA0ODxAREhMUFRYX",
         NTLM_FACTS("zo\\xc3\\xab")},
        {"NTLM",
         TYPE_1 TYPE_2_OEM
         "cTlRMTVNTUAADAAAAAAAAAE0AAAAYABgATQAAAAYABgBAAAAAAwADAEYAAAAEAAQASQAAAAAAAABlAAAAAgAAAFND"
         "SFVMRXpv61BDLTcAAQIDBAUGBwgJCgsMDQ4PEBESExQVFhc=",
         NTLM_FACTS("zo\\xeb")},
        {"NTLM",
         TYPE_1 TYPE_2_OEM
         "cTlRMTVNTUAADAAAAAAAAAEEAAAAYABgAQQAAAAYABgA0AAAAAwADADoAAAAEAAQAPQAAAFNDSFVMRXpv61BDLTcA"
         "AQIDBAUGBwgJCgsMDQ4PEBESExQVFhc=",
         NTLM_FACTS("zo\\xeb")},
        {"NTLM", "sntlm supported\n" TYPE_1 "Chello",
         "oddity bad-base64 not base64: character outside the alphabet, character 5\n"
         "problem=not an NTLM message of a client\n"},
        {"NTLM", "CNTLMSSP~\x03~~~", "problem=the NTLM message is too short\n"},
        {"NTLM",
         "cTlRMTVNTUAADAAAAAgACAEwAAAAAAAAATgAAAAIAAgBAAAAACAAIAEIAAAACAAIASgAAAAAAAABOAAAAAQAAAEQA"
         "YQA92OfcrCBIAKq7",
         "username=a\\xf0\\x9f\\x93\\xa7\\xe2\\x82\\xac\ndomain=D\nhost=H\ndigest=aabb\n"},
        {"NTLM",
         "cTlRMTVNTUAADAAAAAAAAAEgAAAAAAAAASAAAAAIAAgBAAAAABAAEAEIAAAACAAIARgAAAAAAAABIAAAAAQAAAEQA"
         "ANhhAEgA",
         "problem=a name of the NTLM message is not UTF-16; shown as "
         "bytes\nusername=~\\xd8a~\ndomain=D\nhost=H\n"},
        {"NTLM",
         "cTlRMTVNTUAADAAAAAAAAAEYAAAAAAAAARgAAAAIAAgBAAAAAAgACAEIAAAACAAIARAAAAAAAAABGAAAAAQAAAEQA"
         "ANxIAA==",
         "problem=a name of the NTLM message is not UTF-16; shown as "
         "bytes\nusername=~\\xdc\ndomain=D\nhost=H\n"},
        {"NTLM",
         "cTlRMTVNTUAADAAAAAAAAAEUAAAAAAAAARQAAAAMAAwBAAAAAAgACAEMAAAAAAAAARQAAAAAAAABFAAAAAQAAAGFi"
         "Y3UA",
         "username=u\nproblem=a name of the NTLM message is not UTF-16; shown as "
         "bytes\ndomain=abc\n"},
        {"NTLM",
         "cTlRMTVNTUAADAAAAAAAAAEYAAAAAAAAARgAAAAIAAgBAAAAAAgACAEIAAAAIAAgAoA8AAAAAAABGAAAAAQAAAEQA"
         "dQBIAA==",
         "username=u\ndomain=D\nproblem=a name of the NTLM message lies outside it\n"},
        {"NTLM",
         "cTlRMTVNTUAADAAAAAAAAAPAEAAAAAAAA8AQAAAAAAABAAAAAsASwBEAAAAAAAAAA8AQAAAAAAADwBAAAAQAAAHUA"
         "dQB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAd"
         "QB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQ"
         "B1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB"
         "1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1"
         "AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1A"
         "HUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1AH"
         "UAdQB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1AHU"
         "AdQB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1AHUA"
         "dQB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAd"
         "QB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQ"
         "B1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB"
         "1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1"
         "AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1A"
         "HUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1AH"
         "UAdQB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1AHU"
         "AdQB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1AHUA"
         "dQB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAd"
         "QB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1AHUAdQB1AA==",
         "problem=a name of the NTLM message is too long to be one\n"},
        {"NTLM",
         "cTlRMTVNTUAADAAAAAAAAAEAAAAAAAAAAQAAAAAAAAABAAAAAAAAAAEAAAAAAAAAAQAAAAAAAAABAAAAAAQAAAA="
         "=",
         "username=\n"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
        check(&rows[i]);
    g_assert_cmpuint(G_N_ELEMENTS(rows), ==, 12);
}

static void test_others(void)
{
    static const Row rows[] = {
        {"XOAUTH2", "Iuser=anna@example.net^auth=Bearer t0ken.x^^",
         "username=anna@example.net\ntoken=t0ken.x\n"},
        {"XOAUTH2", "Iuser=anna^auth=bearer t0ken^^\nS{\"status\":\"400\"}\nc",
         "username=anna\ntoken=t0ken\nchallenge={\"status\":\"400\"}\n"},
        {"XOAUTH2", "Iuser=anna^auth=t0ken",
         "username=anna\nproblem=the token is not called Bearer\ntoken=t0ken\n"
         "problem=does not end in two Ctrl-A\n"},
        {"XOAUTH2", "Iuser=anna^^", "username=anna\nproblem=no token in the answer\n"},
        {"OAUTHBEARER", "In,a=anna=2Cx,^host=mx.example.net^port=587^auth=Bearer t0ken^^",
         "authzid=anna,x\nusername=anna,x\nhost=mx.example.net\ntoken=t0ken\n"},
        {"OAUTHBEARER", "In,,^auth=Bearer t0ken^^\nS{\"status\":\"invalid_token\"}\nC^",
         "token=t0ken\nchallenge={\"status\":\"invalid_token\"}\n"},
        {"EXTERNAL", "i=", ""},
        {"EXTERNAL", "Ianna", "authzid=anna\n"},
        {"ANONYMOUS", "Ianna@example.net", ""},
        {"GSSAPI", "I`~~~\nS~~\nC\x05", ""},
        {"GS2-KRB5", "Ixyz", ""},
        {"KERBEROS_V4", "Sabcd\nCxyz", ""},
        {"X-OWN", "Shello\nCxyz",
         "challenge=hello\n"
         "problem=the mechanism is not known here; its octets are not explained\n"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
        check(&rows[i]);
    g_assert_cmpuint(G_N_ELEMENTS(rows), ==, 13);
}

static void test_end(void)
{
    g_autofree char *cancelled =
        run("LOGIN", "SUsername:\nCanna\nc*", MS_AUTH_CANCELLED, NULL, NULL);
    g_assert_cmpstr(cancelled, ==,
                    "mechanism=LOGIN\nprompt=Username:\nusername=anna\n"
                    "outcome=cancelled\nreply_code=235\n");
    g_autofree char *none = run("", "", MS_AUTH_FAILURE, NULL, NULL);
    g_assert_cmpstr(none, ==, "problem=no mechanism is named\noutcome=failure\nreply_code=235\n");
}

static void test_notes(void)
{
    g_autoptr(GString) notes = g_string_new(NULL);
    g_autofree char *plain = run("PLAIN", "Ichef~anna~secret", MS_AUTH_SUCCESS, notes, NULL);
    g_assert_cmpstr(notes->str, ==,
                    "identity to act as: chef; user name: anna; password: secret\n");
    g_string_truncate(notes, 0);
    g_autofree char *login =
        run("LOGIN", "SUsername:\nCanna\nSPassword:\nc*", MS_AUTH_CANCELLED, notes, NULL);
    g_assert_cmpstr(notes->str, ==,
                    "prompt: Username:\nuser name: anna\nprompt: Password:\n"
                    "gives the login up\n");
    g_string_truncate(notes, 0);
    g_autofree char *ntlm = run(
        "NTLM", "cTlRMTVNTUAABAAAABzIAAAEAAQAhAAAAAQABACAAAABIRA==", MS_AUTH_SUCCESS, notes, NULL);
    g_assert_cmpstr(notes->str, ==, "NTLM negotiation; domain: D; host: H\n");
    g_string_truncate(notes, 0);
    g_autofree char *token = run("GSSAPI", "Iabc", MS_AUTH_SUCCESS, notes, NULL);
    g_assert_cmpstr(notes->str, ==, "token of 3 bytes, not readable without keys\n");
}

static void test_encoded(void)
{
    g_autoptr(GString) encoded = g_string_new(NULL);
    g_autofree char *facts =
        run("LOGIN", "Ianna\nSPassword:\ns\nc\nsx\nc*", MS_AUTH_CANCELLED, NULL, encoded);
    g_assert_cmpstr(encoded->str, ==, "12:YW5uYQ==\n");
    g_string_truncate(encoded, 0);
    g_autofree char *bad = run("PLAIN", "i=\ns\nca b", MS_AUTH_SUCCESS, NULL, encoded);
    g_assert_cmpstr(encoded->str, ==, "12:=\n16:a b\n");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/auth/plain", test_plain);
    g_test_add_func("/auth/login", test_login);
    g_test_add_func("/auth/challenge", test_challenge);
    g_test_add_func("/auth/ntlm", test_ntlm);
    g_test_add_func("/auth/others", test_others);
    g_test_add_func("/auth/end", test_end);
    g_test_add_func("/auth/notes", test_notes);
    g_test_add_func("/auth/encoded", test_encoded);
    return g_test_run();
}
