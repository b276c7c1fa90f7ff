/* SPDX-License-Identifier: GPL-2.0-or-later
 * question.h - the bank of questions: each is answered by facts, or by why there are none. The
 * table is questions.def; printing is bank.h. */
#pragma once

#include "../fact/explain.h"
#include "view.h"

typedef enum {
    MS_ASK_LIST,
    MS_ASK_IF,
    MS_ASK_WITH,
    MS_ASK_COUNT,
    MS_ASK_SAME,
    MS_ASK_BLIND,
    MS_ASK_SPAN,
    MS_ASK_FRAMES,
    MS_ASK_TEXT,
    MS_ASK_WHOLE
} MsAskMode;

/* One row of the table, as explained there; static storage. */
typedef struct {
    const char *id;
    const char *title;
    MsAskMode mode;
    const char *facts;
    MsDirection direction; /* the side whose bytes would answer it */
    const char *what;
    const char *none;  /* "" when the facts cannot be missing */
    const char *terms; /* for ms_question_why() */
} MsQuestion;

const MsQuestion *ms_questions(size_t *count);
/* NULL when there is none of that id. */
const MsQuestion *ms_question_find(const char *id);

/* One thing that answers: a fact, an oddity, or words. */
typedef struct {
    const MsFact *fact;
    const MsOddity *oddity;
    char *words; /* owned; NULL when the fact says it */
} MsAnswerRow;

/* The answer to a question in a session. Facts and oddities are borrowed from the record. */
typedef struct {
    const MsQuestion *question;
    GArray *rows;    /* of MsAnswerRow; empty when it is not answered */
    MsReason reason; /* why not; text NULL when it is answered */
} MsAnswer;

/* Answers the question; to be freed with ms_answer_clear(). */
void ms_question_answer(const MsView *view, const MsQuestion *question, MsAnswer *answer);
void ms_answer_clear(MsAnswer *answer);

/* What a fact means, in a few words: of a code, an extension, a mechanism, a port; or NULL. */
const char *ms_fact_note(const MsView *view, const MsFact *fact);

/* Explains the word `number` (0-based) of question->terms. Returns false when there is none. */
bool ms_question_why(const MsQuestion *question, unsigned number, MsExplanation *explanation);
