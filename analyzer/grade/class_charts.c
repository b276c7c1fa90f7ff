/* SPDX-License-Identifier: GPL-2.0-or-later
 * class_charts.c - the class page's drawings: points of the class, questions from the hardest on,
 * frequent near misses. Every drawing's numbers stand in it as text too. */
#include "classpage_private.h"
#include "page.h"

#include <stdlib.h>

enum { BAR = 64, GAP = 8, TALL = 180, TOP = 24 }; /* units of the drawing */

static double bound(const MsClass *class, guint bin)
{
    return class->assignment->points * bin / MS_CLASS_BINS;
}

static void put_bin(MsBuffer *out, const MsClass *class, guint bin, guint most)
{
    guint count = class->bins[bin];
    int left = GAP + (int)bin * (BAR + GAP);
    int height = most > 0 ? (int)(TALL * (guint64)count / most) : 0;
    height = count > 0 ? MAX(height, 2) : 0;
    ms_buffer_text(out, "<g><title>");
    ms_html_count(out, count, "student");
    ms_buffer_text(out, ": ");
    ms_grade_points(out, bound(class, bin));
    ms_buffer_text(out, bin + 1 < MS_CLASS_BINS ? " to less than " : " to ");
    ms_grade_points(out, bound(class, bin + 1));
    ms_buffer_printf(out, " points</title><rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\"/>",
                     left, TOP + TALL - height, BAR, height);
    if (count > 0)
        ms_buffer_printf(out, "<text x=\"%d\" y=\"%d\">%u</text>", left + BAR / 2,
                         TOP + TALL - height - 6, count);
    ms_buffer_text(out, "</g>\n");
}

void ms_class_histogram(MsBuffer *out, const MsClass *class)
{
    int wide = GAP + MS_CLASS_BINS * (BAR + GAP);
    guint most = 0;
    for (guint i = 0; i < MS_CLASS_BINS; i++)
        most = MAX(most, class->bins[i]);
    ms_buffer_printf(out,
                     "<section>\n<h2>Points</h2>\n<svg class=\"histogram\" viewBox=\"0 0 %d %d\" "
                     "role=\"img\" aria-label=\"How many students have how many points\">\n",
                     wide, TOP + TALL + 28);
    for (guint i = 0; i < MS_CLASS_BINS; i++)
        put_bin(out, class, i, most);
    ms_buffer_printf(out, "<path d=\"M%d %dH%d\"/>\n", GAP / 2, TOP + TALL, wide - GAP / 2);
    for (guint i = 0; i <= MS_CLASS_BINS; i++) {
        const char *place = i == 0               ? " class=\"first\""
                            : i == MS_CLASS_BINS ? " class=\"last\""
                                                 : "";
        ms_buffer_printf(out, "<text%s x=\"%d\" y=\"%d\">", place, GAP / 2 + (int)i * (BAR + GAP),
                         TOP + TALL + 20);
        ms_grade_points(out, bound(class, i));
        ms_buffer_text(out, "</text>");
    }
    ms_buffer_text(out, "\n</svg>\n</section>\n");
}

static int harder(const void *a, const void *b)
{
    const MsClassQuestion *one = a;
    const MsClassQuestion *other = b;
    double difference = ms_class_share(one) - ms_class_share(other);
    if (difference != 0)
        return difference > 0 ? 1 : -1;
    return one->index > other->index ? 1 : -1;
}

/* "3 wrong, 2 not there" */
static void put_counts(MsBuffer *out, const MsClassQuestion *question)
{
    static const char *const words[MS_N_VERDICTS] = {"right", "in part",   "nearly",
                                                     "wrong", "not there", "not counted"};
    bool any = false;
    for (MsVerdictKind kind = 0; kind < MS_N_VERDICTS; kind++) {
        if (question->verdicts[kind] == 0)
            continue;
        ms_buffer_printf(out, "%s%u %s", any ? ", " : "", question->verdicts[kind], words[kind]);
        any = true;
    }
}

void ms_class_questions(MsBuffer *out, const MsClass *class)
{
    guint count = class->assignment->asked->len;
    g_autofree MsClassQuestion *sorted =
        g_memdup2(class->questions, (count + 1) * sizeof *class->questions);
    qsort(sorted, count, sizeof *sorted, harder);
    ms_buffer_text(out, "<section>\n<h2>Questions, the hardest first</h2>\n<ol class=\"hard\">\n");
    for (guint i = 0; i < count; i++) {
        const MsClassQuestion *question = &sorted[i];
        const MsAsked *asked = class->assignment->asked->pdata[question->index];
        int share = (int)(1000 * ms_class_share(question) + 0.5);
        ms_buffer_printf(out, "<li><p><b>%u</b> ", question->index + 1);
        ms_grade_text(out, asked->title);
        if (question->asked > 0)
            ms_buffer_printf(out, " <span class=\"share\">%d.%d %%</span>", share / 10, share % 10);
        ms_buffer_printf(out,
                         "</p>\n<svg class=\"bar\" viewBox=\"0 0 1000 10\" "
                         "preserveAspectRatio=\"none\" aria-hidden=\"true\"><rect class=\"all\" "
                         "width=\"1000\" height=\"10\"/><rect class=\"got\" width=\"%d\" "
                         "height=\"10\"/></svg>\n<p class=\"dim\">",
                         question->asked > 0 ? share : 0);
        put_counts(out, question);
        ms_buffer_text(out, "</p></li>\n");
    }
    ms_buffer_text(out, "</ol>\n</section>\n");
}

typedef struct {
    guint question, count;
    MsNearKind kind;
} Near;

static int more_frequent(const void *a, const void *b)
{
    const Near *one = a;
    const Near *other = b;
    if (one->count != other->count)
        return one->count < other->count ? 1 : -1;
    if (one->question != other->question)
        return one->question > other->question ? 1 : -1;
    return one->kind > other->kind ? 1 : -1;
}

void ms_class_nears(MsBuffer *out, const MsClass *class)
{
    g_autoptr(GArray) nears = g_array_new(FALSE, FALSE, sizeof(Near));
    for (guint i = 0; i < class->assignment->asked->len; i++) {
        for (MsNearKind kind = 0; kind < MS_N_NEARS; kind++) {
            const Near near = {i, class->questions[i].nears[kind], kind};
            if (near.count > 0)
                g_array_append_val(nears, near);
        }
    }
    if (nears->len == 0)
        return;
    g_array_sort(nears, more_frequent);
    ms_buffer_text(out, "<section>\n<h2>Near misses</h2>\n<ul class=\"nears\">\n");
    for (guint i = 0; i < nears->len; i++) {
        const Near *near = &g_array_index(nears, Near, i);
        const MsAsked *asked = class->assignment->asked->pdata[near->question];
        ms_buffer_printf(out, "<li><b>%u\xc3\x97</b> <span>%s", near->count,
                         ms_near_words(near->kind));
        ms_buffer_printf(out, " <span class=\"dim\">(%u ", near->question + 1);
        ms_grade_text(out, asked->title);
        ms_buffer_text(out, ")</span></span></li>\n");
    }
    ms_buffer_text(out, "</ul>\n</section>\n");
}
