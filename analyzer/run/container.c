/* SPDX-License-Identifier: GPL-2.0-or-later
 * container.c - a tar or an mbox is written under a temporary name beside its own. */
#include "container.h"

#include "../extract/store.h"
#include "../extract/tar.h"
#include "files.h"
#include "progress.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static int complain(const char *file, int error)
{
    g_autoptr(MsProgress) progress = ms_progress_new(0);
    g_autofree char *why = ms_files_reason(error);
    g_autofree char *text = g_strdup_printf("cannot write '%s': %s", file, why);
    ms_progress_say(progress, text);
    return MS_EXIT_TROUBLE;
}

static int run_folder(MsRun *run, const char *const *names, const char *output, MsExtractPlan *plan)
{
    if (mkdir(output, 0777) != 0 && errno != EEXIST)
        return complain(output, errno);
    plan->output = output;
    plan->folder = open(output, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (plan->folder < 0)
        return complain(output, errno);
    int status = ms_run(run, names);
    close(plan->folder);
    return status;
}

static int run_file(MsRun *run, const char *const *names, const char *output,
                    const MsExtractPlan *plan)
{
    struct stat there;
    if (!plan->overwrite && lstat(output, &there) == 0)
        return complain(output, EEXIST);
    if (plan->overwrite && ms_files_read(names, output))
        return ms_files_refuse(output);
    g_autofree char *temporary = g_strconcat(output, ".XXXXXX", NULL);
    int fd = g_mkstemp_full(temporary, O_RDWR | O_CLOEXEC, 0666);
    if (fd < 0)
        return complain(output, errno);
    g_autoptr(MsOutput) out = ms_output_new(fd, false);
    run->output = out;
    int status = ms_run(run, names);
    int error = ms_output_error(out);
    bool told = error != 0; /* by ms_run() */
    if (error == 0 && plan->form == MS_EXTRACT_TAR) {
        ms_tar_end(ms_output_buffer(out));
        ms_output_flush(out);
        error = ms_output_error(out);
    }
    if (error == 0 && fsync(fd) != 0 && errno != EINVAL && errno != EROFS)
        error = errno;
    if (close(fd) != 0 && error == 0)
        error = errno;
    if (error == 0)
        error = ms_store_give_name(AT_FDCWD, temporary, output, plan->overwrite);
    if (error == 0)
        return status;
    unlink(temporary);
    return told ? status : complain(output, error);
}

int ms_container_run(MsRun *run, const char *const *names, const char *output, unsigned what,
                     bool overwrite)
{
    MsExtractPlan plan = {.form = g_str_has_suffix(output, ".tar")    ? MS_EXTRACT_TAR
                                  : g_str_has_suffix(output, ".mbox") ? MS_EXTRACT_MBOX
                                                                      : MS_EXTRACT_FOLDER,
                          .what = what,
                          .overwrite = overwrite};
    run->plan.extract = &plan;
    run->plan.engine.lines = plan.form != MS_EXTRACT_MBOX && (what & MS_EXTRACT_DIALOGUES);
    if (plan.form == MS_EXTRACT_MBOX)
        run->plan.engine.hash = run->plan.filter && run->plan.engine.hash; /* by digests, perhaps */
    if (run->plan.style.redact && (what & (unsigned)~MS_EXTRACT_DIALOGUES)) {
        g_autoptr(MsProgress) progress = ms_progress_new(0);
        ms_progress_say(progress, "messages and attachments are not masked: they stay as captured");
    }
    return plan.form == MS_EXTRACT_FOLDER ? run_folder(run, names, output, &plan)
                                          : run_file(run, names, output, &plan);
}
