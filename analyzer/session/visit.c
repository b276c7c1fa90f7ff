/* SPDX-License-Identifier: GPL-2.0-or-later
 * visit.c - a hash table of cookies, and their order, so that the oldest can be forgotten. Cookies
 * and users are counted by those who hold them. */
#include "visit.h"

#include <glib.h>

#include <string.h>

enum {
    MOST_COOKIES = 16, /* that are looked at of one session */
    MOST_RANGES = 16   /* of a cookie or a name */
};

/* A name, and where it was said. */
typedef struct MsVisitUser {
    uint32_t holders;
    uint32_t session; /* in which the login was */
    int32_t attempt;
    char *name;
    uint32_t length; /* bytes */
    MsRanges where;
} User;

typedef struct MsVisitCookie {
    uint32_t holders;
    uint32_t session; /* in which it was first seen */
    GBytes *text;
    User *user; /* who logged in with it; NULL: not known */
} Cookie;

typedef struct MsVisitSight {
    Cookie *cookie;
    MsRanges where; /* in this session */
    uint8_t direction;
} Sight;

struct MsVisits {
    const MsLimits *limits;
    GHashTable *known; /* GBytes of a Cookie -> Cookie */
    GQueue order;      /* of Cookie, the oldest first */
};

static User *user_hold(User *user)
{
    if (user)
        user->holders++;
    return user;
}

static void user_drop(User *user)
{
    if (!user || --user->holders > 0)
        return;
    ms_ranges_clear(&user->where);
    g_free(user->name);
    g_free(user);
}

static void cookie_drop(Cookie *cookie)
{
    if (--cookie->holders > 0)
        return;
    g_bytes_unref(cookie->text);
    user_drop(cookie->user);
    g_free(cookie);
}

MsVisits *ms_visits_new(const MsLimits *limits)
{
    MsVisits *visits = g_new0(MsVisits, 1);
    visits->limits = limits;
    visits->known = g_hash_table_new(g_bytes_hash, g_bytes_equal);
    g_queue_init(&visits->order);
    return visits;
}

void ms_visits_free(MsVisits *visits)
{
    if (!visits)
        return;
    g_hash_table_unref(visits->known);
    for (Cookie *cookie; (cookie = g_queue_pop_head(&visits->order)) != NULL;)
        cookie_drop(cookie);
    g_free(visits);
}

/* The cookie of that text; a new one when it is not known. */
static Cookie *find(MsVisits *visits, uint32_t session, const MsFact *fact)
{
    GBytes *text = g_bytes_new(fact->text, fact->text_length);
    Cookie *cookie = g_hash_table_lookup(visits->known, text);
    if (cookie) {
        g_bytes_unref(text);
        return cookie;
    }
    cookie = g_new0(Cookie, 1);
    *cookie = (Cookie){.holders = 1, .session = session, .text = text};
    g_hash_table_insert(visits->known, text, cookie);
    g_queue_push_tail(&visits->order, cookie);
    if (visits->order.length > visits->limits->value[MS_LIMIT_COOKIES]) {
        Cookie *oldest = g_queue_pop_head(&visits->order);
        g_hash_table_remove(visits->known, oldest->text);
        cookie_drop(oldest);
    }
    return cookie;
}

static void add_fact(MsRanges *ranges, const MsFact *fact)
{
    for (uint32_t i = 0; i < fact->n_ranges; i++)
        ms_ranges_add_one(ranges, &fact->ranges[i], fact->time_ns, MOST_RANGES);
}

static void see_cookie(MsVisit *visit, MsVisits *visits, uint32_t session, const MsFact *fact)
{
    if (visit->n_sights >= MOST_COOKIES || visits->limits->value[MS_LIMIT_COOKIES] == 0)
        return;
    Cookie *cookie = find(visits, session, fact);
    for (uint32_t i = 0; i < visit->n_sights; i++)
        if (visit->sights[i].cookie == cookie)
            return;
    if (!visit->sights)
        visit->sights = g_new0(Sight, MOST_COOKIES);
    Sight *sight = &visit->sights[visit->n_sights++];
    cookie->holders++;
    sight->cookie = cookie;
    sight->direction = fact->direction;
    add_fact(&sight->where, fact);
}

static void see_user(MsVisit *visit, uint32_t session, const MsFact *fact)
{
    user_drop(visit->user);
    visit->user = g_new0(User, 1);
    visit->user->holders = 1;
    visit->user->session = session;
    visit->user->attempt = fact->item;
    visit->user->length = fact->text_length;
    visit->user->name = g_strndup(fact->text, fact->text_length);
    add_fact(&visit->user->where, fact);
}

void ms_visit_see(MsVisit *visit, MsVisits *visits, uint32_t session, const MsFact *fact)
{
    if (fact->field == MS_FIELD_HTTP_COOKIE) {
        see_cookie(visit, visits, session, fact);
    } else if (fact->field == MS_FIELD_AUTH_USERNAME) {
        see_user(visit, session, fact);
    } else if (fact->field == MS_FIELD_AUTH_OUTCOME && visit->user &&
               visit->user->attempt == fact->item && fact->text_length == 7 &&
               memcmp(fact->text, "success", 7) == 0) {
        /* Cookies of an earlier login on the same connection stay that user's. */
        for (uint32_t i = 0; i < visit->n_sights; i++)
            if (!visit->sights[i].cookie->user)
                visit->sights[i].cookie->user = user_hold(visit->user);
        visit->logged_in = true;
    }
}

/* The cookie that says most: one with which somebody logged in elsewhere, else one seen before. */
static const Sight *best(const MsVisit *visit, uint32_t session)
{
    const Sight *earlier = NULL;
    for (uint32_t i = 0; i < visit->n_sights; i++) {
        const Cookie *cookie = visit->sights[i].cookie;
        if (cookie->user && cookie->user->session != session)
            return &visit->sights[i];
        if (!earlier && cookie->session != session)
            earlier = &visit->sights[i];
    }
    return earlier;
}

void ms_visit_over(const MsVisit *visit, uint32_t session,
                   void (*say)(const MsFact *fact, void *user_data), void *user_data)
{
    const Sight *sight = best(visit, session);
    if (!sight)
        return;
    const User *user = sight->cookie->user;
    bool elsewhere = user && user->session != session;
    MsFact fact = {.field = MS_FIELD_HTTP_VISIT,
                   .direction = sight->direction,
                   .message = -1,
                   .item = -1,
                   .text = "",
                   .number = (elsewhere ? user->session : sight->cookie->session) + INT64_C(1),
                   .time_ns = sight->where.time_ns,
                   .ranges = sight->where.range,
                   .n_ranges = sight->where.n_ranges};
    say(&fact, user_data);
    if (!elsewhere || visit->logged_in)
        return;
    fact.field = MS_FIELD_HTTP_VISIT_USER;
    fact.direction = MS_TO_SERVER;
    fact.number = 0;
    fact.text = user->name;
    fact.text_length = user->length;
    fact.time_ns = user->where.time_ns;
    fact.ranges = user->where.range;
    fact.n_ranges = user->where.n_ranges;
    say(&fact, user_data);
}

void ms_visit_clear(MsVisit *visit)
{
    for (uint32_t i = 0; i < visit->n_sights; i++) {
        ms_ranges_clear(&visit->sights[i].where);
        cookie_drop(visit->sights[i].cookie);
    }
    g_free(visit->sights);
    user_drop(visit->user);
    *visit = (MsVisit){0};
}
