/* SPDX-License-Identifier: GPL-2.0-or-later
 * loop.c - a pcap_loop that does nothing with a file: the unit of the benchmark. */
#include <pcap/pcap.h>

#include <stdint.h>
#include <stdio.h>

static void count(u_char *user, const struct pcap_pkthdr *header, const u_char *data)
{
    (void)header;
    (void)data;
    ++*(uint64_t *)(void *)user;
}

int main(int argc, char **argv)
{
    char error[PCAP_ERRBUF_SIZE];
    uint64_t packets = 0;
    pcap_t *capture = argc == 2 ? pcap_open_offline(argv[1], error) : NULL;
    if (!capture) {
        fprintf(stderr, "usage: bench-loop FILE: %s\n", argc == 2 ? error : "no file");
        return 2;
    }
    int result = pcap_loop(capture, -1, count, (u_char *)&packets);
    pcap_close(capture);
    printf("%llu\n", (unsigned long long)packets);
    return result == 0 ? 0 : 1;
}
