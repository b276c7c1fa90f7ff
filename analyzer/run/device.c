/* SPDX-License-Identifier: GPL-2.0-or-later
 * device.c - see device.h. */
#include "device.h"

#include "../base/error.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
    SNAP_LENGTH = 262144,    /* bytes of a frame: more than any with offloading */
    KERNEL_BUFFER = 16 << 20 /* bytes that wait in the kernel */
};

/* Why an interface could not be opened, and what can be done about it. */
static void refuse(pcap_t *handle, const MsDevice *device, int status, GError **error)
{
    const char *more = pcap_geterr(handle);
    const char *why = pcap_statustostr(status);
    const char *help = "";
    if (status == PCAP_ERROR_PERM_DENIED) {
        why = "not permitted";
        more = "";
        help = "; run it with sudo, or give the program the right once: setcap cap_net_raw=ep";
    } else if (status == PCAP_ERROR_NO_SUCH_DEVICE) {
        why = "there is no such interface";
        more = "";
        help = "; `mailscope live` without -i lists them";
    } else if (status == PCAP_ERROR_IFACE_NOT_UP) {
        help = "; it must be up: ip link set up";
    } else if (status == PCAP_ERROR) {
        why = more;
        more = "";
    }
    g_set_error(error, MS_ERROR, MS_ERROR_OPEN, "cannot capture on '%s': %s%s%s%s%s", device->name,
                why, more[0] ? " (" : "", more, more[0] ? ")" : "", help);
}

static bool set_filter(pcap_t *handle, const MsDevice *device, GError **error)
{
    struct bpf_program program;
    if (!device->filter)
        return true;
    bool good = pcap_compile(handle, &program, device->filter, 1, PCAP_NETMASK_UNKNOWN) == 0;
    if (good) {
        good = pcap_setfilter(handle, &program) == 0;
        pcap_freecode(&program);
    }
    if (!good)
        g_set_error(error, MS_ERROR, MS_ERROR_USAGE, "the filter '%s' is wrong: %s", device->filter,
                    pcap_geterr(handle));
    return good;
}

pcap_t *ms_device_open(const MsDevice *device, char **warning, GError **error)
{
    char trouble[PCAP_ERRBUF_SIZE] = "";
    *warning = NULL;
    pcap_t *handle = pcap_create(device->name, trouble);
    if (!handle) {
        g_set_error(error, MS_ERROR, MS_ERROR_OPEN, "cannot capture on '%s': %s", device->name,
                    trouble);
        return NULL;
    }
    pcap_set_snaplen(handle, SNAP_LENGTH);
    pcap_set_promisc(handle, device->promiscuous);
    pcap_set_timeout(handle, MS_DEVICE_MILLISECONDS);
    pcap_set_buffer_size(handle, KERNEL_BUFFER);
    pcap_set_tstamp_precision(handle, PCAP_TSTAMP_PRECISION_NANO);
    int status = pcap_activate(handle);
    if (status < 0) {
        refuse(handle, device, status, error);
    } else if (pcap_setnonblock(handle, 1, trouble) != 0) {
        g_set_error(error, MS_ERROR, MS_ERROR_OPEN, "cannot capture on '%s': %s", device->name,
                    trouble);
    } else if (set_filter(handle, device, error)) {
        if (status > 0)
            *warning = g_strdup_printf("%s: %s", device->name, pcap_statustostr(status));
        return handle;
    }
    pcap_close(handle);
    return NULL;
}

char *ms_device_list(void)
{
    char trouble[PCAP_ERRBUF_SIZE] = "";
    pcap_if_t *all = NULL;
    if (pcap_findalldevs(&all, trouble) != 0)
        return NULL;
    GString *text = g_string_new(NULL);
    for (const pcap_if_t *one = all; one; one = one->next)
        g_string_append_printf(text, "  %-16s %s%s\n", one->name,
                               one->flags & PCAP_IF_UP ? "" : "(down) ",
                               one->description ? one->description : "");
    pcap_freealldevs(all);
    return g_string_free(text, FALSE);
}

/* A number in the environment that sudo sets; false when it is none, or names root. */
static bool sudo_number(const char *name, id_t *number)
{
    const char *text = g_getenv(name);
    guint64 value;
    if (!text || !g_ascii_string_to_unsigned(text, 10, 1, INT32_MAX, &value, NULL))
        return false;
    *number = (id_t)value;
    return true;
}

/* Whoever root becomes. */
static bool choose_user(uid_t *user, gid_t *group)
{
    id_t sudo_user;
    id_t sudo_group;
    if (sudo_number("SUDO_UID", &sudo_user) && sudo_number("SUDO_GID", &sudo_group)) {
        *user = sudo_user;
        *group = sudo_group;
        return true;
    }
    errno = 0;
    const struct passwd *nobody = getpwnam("nobody");
    if (!nobody) {
        errno = errno ? errno : ENOENT;
        return false;
    }
    *user = nobody->pw_uid;
    *group = nobody->pw_gid;
    return *user != 0;
}

/* What a file's capabilities gave, as with setcap; setresuid() alone takes them from root only. */
static bool drop_capabilities(void)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    const struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {{0}};
    return syscall(SYS_capset, &header, none) == 0;
}

bool ms_device_drop_privileges(void)
{
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return false;
    uid_t user;
    gid_t group;
    if (geteuid() == 0 || getuid() == 0) {
        if (!choose_user(&user, &group) || setgroups(0, NULL) != 0 ||
            setresgid(group, group, group) != 0 || setresuid(user, user, user) != 0)
            return false;
        if (setresuid(0, 0, 0) == 0 || setresgid(0, 0, 0) == 0) {
            errno = EPERM; /* they did not go */
            return false;
        }
    }
    return drop_capabilities();
}
