/* SPDX-License-Identifier: GPL-2.0-or-later
 * order.c - a queue of slots, one for each session number from the lowest not written yet. */
#include "order.h"

typedef struct {
    uint8_t *data; /* NULL: has not come */
    size_t length;
} Slot;

struct MsOrder {
    MsOutput *output;
    uint64_t wait;
    uint64_t waiting; /* bytes in slots */
    uint32_t next;    /* number of slots[first] */
    uint32_t number;  /* being printed */
    MsBuffer scratch; /* where a session is printed that has to wait */
    Slot *slots;
    size_t first; /* slots before it are written */
    size_t count; /* slots in use, from 0 */
    size_t allocated;
};

MsOrder *ms_order_new(MsOutput *output, uint64_t wait)
{
    MsOrder *order = g_new0(MsOrder, 1);
    order->output = output;
    order->wait = wait;
    return order;
}

void ms_order_free(MsOrder *order)
{
    if (!order)
        return;
    for (size_t i = order->first; i < order->count; i++)
        g_free(order->slots[i].data);
    g_free(order->slots);
    ms_buffer_clear(&order->scratch);
    g_free(order);
}

MsBuffer *ms_order_begin(MsOrder *order, uint32_t number)
{
    order->number = number;
    if (number <= order->next)
        return ms_output_buffer(order->output);
    order->scratch.length = 0;
    return &order->scratch;
}

/* Drops the first slot; the queue is moved to the front when half of it is gone. */
static void advance(MsOrder *order)
{
    order->next++;
    if (order->first < order->count)
        order->first++;
    if (order->first == order->count) {
        order->first = 0;
        order->count = 0;
    } else if (order->first > 1024 && order->first * 2 > order->count) {
        memmove(order->slots, order->slots + order->first,
                (order->count - order->first) * sizeof *order->slots);
        order->count -= order->first;
        order->first = 0;
    }
}

/* Writes the first slot, which has come, and those that follow it without a hole. */
static void write_run(MsOrder *order)
{
    while (order->first < order->count && order->slots[order->first].data) {
        Slot *slot = &order->slots[order->first];
        ms_buffer_append(ms_output_buffer(order->output), slot->data, slot->length);
        ms_output_done(order->output);
        order->waiting -= slot->length;
        g_free(slot->data);
        slot->data = NULL;
        advance(order);
    }
}

static void keep(MsOrder *order)
{
    size_t at = order->first + (order->number - order->next);
    if (at >= order->allocated) {
        size_t allocated = MAX(at + 1, MAX(order->allocated * 2, 64));
        order->slots = g_renew(Slot, order->slots, allocated);
        order->allocated = allocated;
    }
    while (order->count <= at)
        order->slots[order->count++] = (Slot){NULL, 0};
    order->slots[at].length = order->scratch.length;
    order->slots[at].data = g_malloc(order->scratch.length + 1);
    memcpy(order->slots[at].data, order->scratch.data, order->scratch.length);
    order->waiting += order->scratch.length;
}

/* Gives up waiting for the sessions below the first that has come. */
static void skip(MsOrder *order)
{
    while (order->first < order->count && !order->slots[order->first].data)
        advance(order);
    write_run(order);
}

bool ms_order_done(MsOrder *order)
{
    if (order->number < order->next)
        return ms_output_done(order->output); /* late: was given up waiting for */
    if (order->number > order->next) {
        keep(order);
        while (order->waiting > order->wait)
            skip(order);
    } else {
        ms_output_done(order->output);
        advance(order);
        write_run(order);
    }
    return ms_output_error(order->output) == 0;
}

bool ms_order_end(MsOrder *order)
{
    while (order->waiting > 0)
        skip(order);
    return ms_output_error(order->output) == 0;
}
