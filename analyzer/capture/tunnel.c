#include "walk.h"

MsNext ms_layer_gre(MsWalk *walk)
{
    (void)walk;
    return MS_END_NOT_TCP;
}

MsNext ms_layer_udp(MsWalk *walk)
{
    (void)walk;
    return MS_END_NOT_TCP;
}
