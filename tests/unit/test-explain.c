/* SPDX-License-Identifier: GPL-2.0-or-later
 * test-explain.c - every code, command and keyword there is to be explained is found. The lists are
 * written from the RFCs and registries named beside them, not from the tables of the program. */
#include "fact/explain.h"
#include "fact/terms.h"

#include <glib.h>

#include <string.h>

enum { MOST = 32 };

/* Whether a thing of that kind and name is explained, by name. */
static bool explained(const char *query, const char *kind, const char *name)
{
    MsExplanation out[MOST];
    size_t count;
    size_t found;
    if (ms_explain(query, out, MOST, &count, &found) != MS_EXPLAINED)
        return false;
    for (size_t i = 0; i < count; i++) {
        if (strcmp(out[i].kind, kind) == 0 && (!name || g_ascii_strcasecmp(out[i].name, name) == 0))
            return true;
    }
    return false;
}

/* Looks up each word of the list, and counts them. */
static void check_list(const char *list, const char *kind, unsigned expected)
{
    g_auto(GStrv) words = g_strsplit(list, " ", -1);
    unsigned checked = 0;
    for (size_t i = 0; words[i]; i++, checked++) {
        if (!explained(words[i], kind, NULL))
            g_error("%s: no %s", words[i], kind);
        g_autofree char *small = g_ascii_strdown(words[i], -1);
        g_assert_true(explained(small, kind, NULL));
    }
    g_assert_cmpuint(checked, ==, expected);
}

static void test_reply_codes(void)
{
    /* RFC 5321 4.2.3; 4954 (235, 334, 432, 454, 530, 534, 535, 538); 1985 (253, 458, 459); 2645
     * (453); 5248 (523, 525); 7504 (521, 556) */
    check_list(
        "211 214 220 221 250 251 252 354 421 450 451 452 455 500 501 502 503 504 550 551 552 "
        "553 554 555 235 334 432 454 530 534 535 538 253 458 459 453 523 525 521 556",
        "SMTP reply code", 40);
}

static void test_enhanced_codes(void)
{
    /* The registry: for each subject the details 0 to ... */
    static const unsigned last[] = {0, 10, 4, 6, 7, 6, 10, 30};
    unsigned checked = 0;
    for (unsigned subject = 0; subject < G_N_ELEMENTS(last); subject++) {
        for (unsigned detail = 0; detail <= last[subject]; detail++, checked++) {
            for (const char *class = "245"; *class; class ++) {
                g_autofree char *code = g_strdup_printf("%c.%u.%u", *class, subject, detail);
                if (!explained(code, "enhanced status code (SMTP)", code))
                    g_error("%s", code);
            }
        }
    }
    g_assert_cmpuint(checked, ==, 81);
}

static void test_smtp(void)
{
    /* RFC 5321 4.1.1 and F, 4954, 3207, 3030, 1985, 2645, 2033, 4468; Postfix */
    check_list("EHLO HELO MAIL RCPT DATA RSET NOOP HELP VRFY EXPN QUIT SEND SOML SAML TURN AUTH "
               "STARTTLS BDAT ETRN ATRN LHLO BURL XCLIENT XFORWARD",
               "SMTP command", 24);
    /* the registry of SMTP service extensions */
    check_list(
        "SEND SOML SAML EXPN HELP TURN 8BITMIME SIZE VERB ONEX CHUNKING BINARYMIME CHECKPOINT "
        "DELIVERBY PIPELINING DSN ETRN ENHANCEDSTATUSCODES STARTTLS NO-SOLICITING MTRK "
        "SUBMITTER ATRN AUTH FUTURERELEASE CONPERM CONNEG SMTPUTF8 UTF8SMTP BURL MT-PRIORITY "
        "RRVS REQUIRETLS LIMITS",
        "SMTP extension", 34);
    check_list(
        "SIZE=1000 BODY=8BITMIME AUTH=<> RET=HDRS ENVID=1 NOTIFY=NEVER ORCPT=rfc822;a BY=1;R "
        "HOLDFOR=5 HOLDUNTIL=1 MT-PRIORITY=3 MTRK=a RRVS=1 SOLICIT=a SUBMITTER=a TRANSID=a",
        "parameter of MAIL or RCPT", 16);
}

static void test_pop3(void)
{
    /* RFC 1939, 2449, 2595, 5034, 6856 */
    check_list(
        "USER PASS APOP AUTH CAPA STLS STAT LIST UIDL RETR TOP DELE RSET NOOP QUIT UTF8 LANG",
        "POP3 command", 17);
    check_list("TOP USER SASL RESP-CODES LOGIN-DELAY PIPELINING EXPIRE UIDL IMPLEMENTATION STLS "
               "UTF8 LANG AUTH-RESP-CODE",
               "POP3 capability", 13);
    check_list("LOGIN-DELAY IN-USE SYS/TEMP SYS/PERM AUTH UTF8", "POP3 response code", 6);
    check_list("+OK -ERR +", "POP3 reply", 3);
}

static void test_imap(void)
{
    /* RFC 9051 6, RFC 3501 (LSUB, CHECK), 2971, 4978, 5256, 9208, 4314, 5464, 5465, 4467 */
    check_list("CAPABILITY NOOP LOGOUT STARTTLS AUTHENTICATE LOGIN ENABLE SELECT EXAMINE CREATE "
               "DELETE RENAME SUBSCRIBE UNSUBSCRIBE LIST LSUB NAMESPACE STATUS APPEND IDLE CLOSE "
               "UNSELECT EXPUNGE SEARCH FETCH STORE COPY MOVE UID CHECK ID COMPRESS SORT THREAD "
               "GETQUOTA GETQUOTAROOT SETQUOTA SETACL DELETEACL GETACL LISTRIGHTS MYRIGHTS "
               "GETMETADATA SETMETADATA NOTIFY GENURLAUTH RESETKEY URLFETCH ESEARCH LANGUAGE "
               "COMPARATOR CONVERT REPLACE UNAUTHENTICATE",
               "IMAP command", 54);
    /* RFC 9051 7.1 */
    check_list("ALERT ALREADYEXISTS APPENDUID AUTHENTICATIONFAILED AUTHORIZATIONFAILED BADCHARSET "
               "CANNOT CLIENTBUG CLOSED CONTACTADMIN COPYUID CORRUPTION EXPIRED EXPUNGEISSUED "
               "HASCHILDREN INUSE LIMIT NONEXISTENT NOPERM OVERQUOTA PARSE PERMANENTFLAGS "
               "PRIVACYREQUIRED READ-ONLY READ-WRITE SERVERBUG TRYCREATE UIDNEXT UIDNOTSTICKY "
               "UIDVALIDITY UNAVAILABLE UNKNOWN-CTE",
               "IMAP response code", 32);
    check_list("OK NO BAD PREAUTH BYE ENABLED EXISTS RECENT VANISHED", "IMAP response", 9);
    check_list("\\Seen \\Answered \\Flagged \\Deleted \\Draft \\Recent $Forwarded $MDNSent $Junk "
               "$NotJunk $Phishing",
               "IMAP flag", 11);
    check_list("\\Noselect \\NonExistent \\Noinferiors \\HasChildren \\HasNoChildren \\Marked "
               "\\Unmarked \\Subscribed \\Remote \\All \\Archive \\Drafts \\Junk \\Sent \\Trash",
               "IMAP folder", 15);
    check_list(
        "ALL FAST FULL BODY BODY[] BODY[HEADER] BODY.PEEK[TEXT] BODYSTRUCTURE ENVELOPE FLAGS "
        "INTERNALDATE RFC822 RFC822.HEADER RFC822.TEXT RFC822.SIZE BINARY[1]",
        "IMAP data of a message", 16);
}

static void test_imap_capabilities(void)
{
    /* the registry of IMAP capabilities */
    check_list("ACL ANNOTATE-EXPERIMENT-1 APPENDLIMIT AUTH=PLAIN BINARY CATENATE CHILDREN "
               "COMPRESS=DEFLATE CONDSTORE CONTEXT=SEARCH CONTEXT=SORT CONVERT CREATE-SPECIAL-USE "
               "ENABLE ESEARCH ESORT FILTERS I18NLEVEL=1 I18NLEVEL=2 ID IDLE IMAP4rev1 IMAP4rev2 "
               "IMAPSIEVE=sieve INPROGRESS JMAPACCESS LANGUAGE LIST-EXTENDED LIST-METADATA "
               "LIST-MYRIGHTS LIST-STATUS LITERAL+ LITERAL- LOGIN-REFERRALS LOGINDISABLED "
               "MAILBOX-REFERRALS MESSAGELIMIT=1000 METADATA METADATA-SERVER MOVE MULTIAPPEND "
               "MULTISEARCH NAMESPACE NOTIFY OBJECTID PARTIAL PREVIEW QRESYNC QUOTA "
               "QUOTA=RES-STORAGE QUOTASET REPLACE RIGHTS=kx SASL-IR SAVEDATE SAVELIMIT=5 "
               "SEARCH=FUZZY SEARCHRES SORT SORT=DISPLAY SPECIAL-USE STARTTLS STATUS=SIZE "
               "THREAD=ORDEREDSUBJECT THREAD=REFERENCES UIDONLY UIDPLUS UNAUTHENTICATE UNSELECT "
               "URLAUTH URLAUTH=BINARY URL-PARTIAL UTF8=ACCEPT UTF8=ALL UTF8=APPEND UTF8=ONLY "
               "UTF8=USER WITHIN",
               "IMAP capability", 78);
}

static void test_sasl(void)
{
    /* the registry of SASL mechanisms, without its families, and those in use beside it */
    check_list("9798-M-DSA-SHA1 9798-M-ECDSA-SHA1 9798-M-RSA-SHA1-ENC 9798-U-DSA-SHA1 "
               "9798-U-ECDSA-SHA1 9798-U-RSA-SHA1-ENC ANONYMOUS CRAM-MD5 DIGEST-MD5 EAP-AES128 "
               "EAP-AES128-PLUS ECDH-X25519-CHALLENGE ECDSA-NIST256P-CHALLENGE EXTERNAL GS2-KRB5 "
               "GS2-KRB5-PLUS GSS-SPNEGO GSSAPI KERBEROS_V4 KERBEROS_V5 LOGIN NMAS-SAMBA-AUTH "
               "NMAS_AUTHEN NMAS_LOGIN NTLM OAUTH10A OAUTHBEARER OPENID20 OTP PLAIN SAML20 "
               "SCRAM-SHA-1 SCRAM-SHA-1-PLUS SCRAM-SHA-256 SCRAM-SHA-256-PLUS SECURID SKEY XOAUTH "
               "XOAUTH2",
               "login mechanism (SASL)", 39);
}

static void test_around(void)
{
    check_list("GET POST HEAD CONNECT 200 302 401 403 404 Cookie Host Basic", "HTTP", 12);
    check_list("Received Return-Path From Sender Reply-To To Cc Bcc Subject Date Message-ID "
               "MIME-Version Content-Type Content-Transfer-Encoding DKIM-Signature",
               "header field", 15);
    check_list("session.end auth.username message.sha256", "fact that mailscope finds", 3);
    check_list("gap midstream", "oddity that mailscope finds", 2);
}

/* Lines, and several words. */
static void test_lines(void)
{
    static const struct {
        const char *query, *kind, *name;
    } rows[] = {
        {"AUTH LOGIN", "login mechanism (SASL)", "LOGIN"},
        {"AUTH LOGIN", "SMTP command", "AUTH"},
        {"auth   plain", "login mechanism (SASL)", "PLAIN"},
        {"250-SIZE 10240000", "SMTP reply code", "250"},
        {"250-SIZE 10240000", "SMTP extension", "SIZE"},
        {"535 5.7.8 Error: authentication failed", "SMTP reply code", "535"},
        {"535 5.7.8 Error: authentication failed", "enhanced status code (SMTP)", "5.7.8"},
        {"MAIL FROM:<alice@client.example>", "SMTP command", "MAIL"},
        {"RCPT TO:<bob@server.example> NOTIFY=NEVER", "SMTP command", "RCPT"},
        {" 220 ", "SMTP reply code", "220"},
        {"299", "SMTP reply code", "299"},
        {"5.7.99", "enhanced status code (SMTP)", "5.7.99"},
        {"X.7.8", "enhanced status code (SMTP)", "X.7.8"},
        {"[UIDVALIDITY]", "IMAP response code", "UIDVALIDITY"},
        {"MAIL FROM:<>", "SMTP command", "MAIL"},
        {".", "term", "end of data"},
        {"a1 LOGIN ann secret", "IMAP command", "LOGIN"},
        {"a1 login ann secret", "IMAP command", "LOGIN"},
        {"a SELECT INBOX", "IMAP command", "SELECT"},
        {"A7 UID FETCH 1:* FLAGS", "IMAP command", "UID"},
        {"a OK done", "IMAP response", "OK"},
        {"a1 NO [AUTHENTICATIONFAILED] no", "IMAP response", "NO"},
        {"a1 NO [AUTHENTICATIONFAILED] no", "IMAP response code", "AUTHENTICATIONFAILED"},
        {"* 2 EXISTS", "IMAP response", "EXISTS"},
        {"* 2 FETCH (FLAGS ())", "IMAP response", "FETCH response"},
        {"* OK [UIDVALIDITY 3]", "IMAP response code", "UIDVALIDITY"},
        {"HTTP/1.1 302 Found", "HTTP", "HTTP 302"},
        {"S: 220 mail.example ready", "SMTP reply code", "220"},
        {"     16     0.001000  C: RCPT TO:<ann@example.org>", "SMTP command", "RCPT"},
    };
    unsigned checked = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++, checked++) {
        if (!explained(rows[i].query, rows[i].kind, rows[i].name))
            g_error("%s: no %s", rows[i].query, rows[i].name);
    }
    g_assert_cmpuint(checked, ==, 29);
}

/* Words of a question: what is found first. */
static void test_words(void)
{
    static const struct {
        const char *query;
        MsExplained result;
        const char *name;
    } rows[] = {
        {"requested mail action completed", MS_EXPLAINED_ALL, "250"},
        {"which code should be sent when requested mail action completed?", MS_EXPLAINED_ALL,
         "250"},
        {"what is code 220", MS_EXPLAINED_ALL, "220"},
        {"service ready", MS_EXPLAINED_ALL, "220"},
        {"bad sequence of commands", MS_EXPLAINED_ALL, "503"},
        {"start mail input", MS_EXPLAINED_ALL, "354"},
        {"mailbox full", MS_EXPLAINED_ALL, "X.2.2"},
        {"blacklist", MS_EXPLAINED_ALL, "DNSBL"},
        {"office home", MS_EXPLAINED_ALL, "download and delete"},
        {"several devices", MS_EXPLAINED_ALL, "IMAP"},
        {"folders zebra devices", MS_EXPLAINED_SOME, "IMAP"},
        {"zebra", MS_EXPLAINED_NOT, NULL},
        {"", MS_EXPLAINED_NOT, NULL},
        {"the of is", MS_EXPLAINED_NOT, NULL},
        {"199", MS_EXPLAINED_NOT, NULL},
        {"\xff\xfe \x01", MS_EXPLAINED_NOT, NULL},
    };
    unsigned checked = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++, checked++) {
        MsExplanation out[MOST];
        size_t count;
        size_t found;
        MsExplained result = ms_explain(rows[i].query, out, MOST, &count, &found);
        if (result != rows[i].result || (count > 0) != (rows[i].name != NULL) ||
            (rows[i].name && strcmp(out[0].name, rows[i].name) != 0))
            g_error("%s: %d, %zu, %s", rows[i].query, result, count, count ? out[0].name : "");
    }
    g_assert_cmpuint(checked, ==, 16);
}

/* Every row is whole, and each of its names leads to it. */
static void test_rows(void)
{
    size_t count;
    const MsTerm *terms = ms_terms(&count);
    for (size_t i = 0; i < count; i++) {
        g_assert_cmpuint(strlen(terms[i].text), >, 0);
        g_assert_cmpuint(strlen(terms[i].keywords), >, 0);
        g_assert_true(terms[i].rfc[0] == '\0' || g_ascii_isdigit(terms[i].rfc[0]));
        g_assert_true(terms[i].rfc[0] == '\0' || strchr(terms[i].rfc, ' '));
        g_assert_true(g_str_has_suffix(terms[i].text, "."));
        g_auto(GStrv) names = g_strsplit(terms[i].names, "|", -1);
        for (size_t k = 0; names[k]; k++) {
            g_assert_cmpuint(strlen(names[k]), <, sizeof((MsExplanation *)NULL)->name);
            if (!explained(names[k], ms_term_kind_words(terms[i].kind), names[0]))
                g_error("%s", names[k]);
        }
        for (size_t k = 0; k < i; k++)
            g_assert_false(terms[k].kind == terms[i].kind &&
                           strcmp(terms[k].names, terms[i].names) == 0);
    }
    g_assert_cmpuint(count, ==, 570);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/explain/reply-codes", test_reply_codes);
    g_test_add_func("/explain/enhanced-codes", test_enhanced_codes);
    g_test_add_func("/explain/smtp", test_smtp);
    g_test_add_func("/explain/pop3", test_pop3);
    g_test_add_func("/explain/imap", test_imap);
    g_test_add_func("/explain/imap-capabilities", test_imap_capabilities);
    g_test_add_func("/explain/sasl", test_sasl);
    g_test_add_func("/explain/around", test_around);
    g_test_add_func("/explain/lines", test_lines);
    g_test_add_func("/explain/words", test_words);
    g_test_add_func("/explain/rows", test_rows);
    return g_test_run();
}
