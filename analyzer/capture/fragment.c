/* SPDX-License-Identifier: GPL-2.0-or-later
 * fragment.c - IP fragments. */
#include "fragment.h"

MsNext ms_fragments_add(MsFragments *fragments, MsWalk *walk, const MsFragment *fragment)
{
    (void)fragments, (void)walk, (void)fragment;
    return MS_END_FRAGMENT;
}
