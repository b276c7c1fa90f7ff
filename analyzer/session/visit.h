/* SPDX-License-Identifier: GPL-2.0-or-later
 * visit.h - one visit to a webmail goes over several connections. A cookie that the server gave for
 * the login is the same on all of them: by it the sessions of an engine are joined, and the user
 * who logged in on one is known on the others. For session/ only. */
#pragma once

#include "../base/limits.h"
#include "../fact/fact.h"

/* The cookies seen so far, of all sessions; at most MS_LIMIT_COOKIES, the newest. */
typedef struct MsVisits MsVisits;

/* What one session has to do with them. All zero at first. */
typedef struct {
    struct MsVisitSight *sights; /* cookies, and where they stand */
    uint32_t n_sights;
    struct MsVisitUser *user; /* the login tried last */
    bool logged_in;           /* one was accepted */
} MsVisit;

MsVisits *ms_visits_new(const MsLimits *limits); /* `limits` is borrowed */
void ms_visits_free(MsVisits *visits);           /* accepts NULL; after all MsVisit are cleared */

/* A fact of the session: cookies and logins are noted. */
void ms_visit_see(MsVisit *visit, MsVisits *visits, uint32_t session, const MsFact *fact);

/* The session is over: calls `say` with http.visit, and http.visit_user when nobody logged in here,
 * if another session had one of its cookies. */
void ms_visit_over(const MsVisit *visit, uint32_t session,
                   void (*say)(const MsFact *fact, void *user_data), void *user_data);

void ms_visit_clear(MsVisit *visit);
