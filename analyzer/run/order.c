/* SPDX-License-Identifier: GPL-2.0-or-later
 * order.c - a queue of slots, one for each session number from the lowest not written yet. What
 * waits is printed into shared chunks: a block of memory for each session would cost more than
 * printing it. */
#include "order.h"

#define CHUNK ((size_t)256 * 1024) /* bytes after which a new chunk is begun */

/* Printed sessions that wait, one behind the other. */
typedef struct {
    MsBuffer buffer;
    size_t live; /* sessions in it that are not written yet */
} Chunk;

typedef struct {
    Chunk *chunk; /* NULL: has not come */
    size_t offset;
    size_t length;
} Slot;

struct MsOrder {
    MsOutput *output;
    uint64_t wait;
    uint64_t waiting; /* bytes of sessions that wait */
    uint32_t next;    /* number of slots[first] */
    uint32_t number;  /* being printed */
    Chunk *chunk;     /* the one being filled, or NULL */
    size_t start;     /* where in it the session being printed begins */
    Chunk *spare;     /* an empty one, or NULL */
    uint64_t held;    /* bytes in all chunks, also of sessions already written */
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

static void chunk_free(Chunk *chunk)
{
    if (!chunk)
        return;
    ms_buffer_clear(&chunk->buffer);
    g_free(chunk);
}

/* A session of the chunk is written; the last one frees it, or keeps it as the spare one. */
static void chunk_release(MsOrder *order, Chunk *chunk)
{
    if (--chunk->live > 0)
        return;
    order->held -= chunk->buffer.length;
    chunk->buffer.length = 0;
    if (chunk == order->chunk)
        return;
    if (order->spare || chunk->buffer.allocated > 4 * CHUNK)
        chunk_free(chunk);
    else
        order->spare = chunk;
}

void ms_order_free(MsOrder *order)
{
    if (!order)
        return;
    for (size_t i = order->first; i < order->count; i++) {
        if (order->slots[i].chunk)
            chunk_release(order, order->slots[i].chunk);
    }
    g_free(order->slots);
    chunk_free(order->chunk);
    chunk_free(order->spare);
    g_free(order);
}

MsBuffer *ms_order_begin(MsOrder *order, uint32_t number)
{
    order->number = number;
    if (number <= order->next)
        return ms_output_buffer(order->output);
    if (order->chunk && order->chunk->buffer.length >= CHUNK)
        order->chunk = NULL; /* full: its slots own it */
    if (!order->chunk) {
        order->chunk = order->spare ? order->spare : g_new0(Chunk, 1);
        order->spare = NULL;
        ms_buffer_reserve(&order->chunk->buffer, CHUNK + CHUNK / 4);
    }
    order->start = order->chunk->buffer.length;
    return &order->chunk->buffer;
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
    while (order->first < order->count && order->slots[order->first].chunk) {
        Slot *slot = &order->slots[order->first];
        ms_buffer_append(ms_output_buffer(order->output), slot->chunk->buffer.data + slot->offset,
                         slot->length);
        ms_output_done(order->output);
        order->waiting -= slot->length;
        chunk_release(order, slot->chunk);
        slot->chunk = NULL;
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
        order->slots[order->count++] = (Slot){NULL, 0, 0};
    size_t length = order->chunk->buffer.length - order->start;
    order->slots[at] = (Slot){order->chunk, order->start, length};
    order->chunk->live++;
    order->waiting += length;
    order->held += length;
}

/* Gives up waiting for the sessions below the first that has come. */
static void skip(MsOrder *order)
{
    while (order->first < order->count && !order->slots[order->first].chunk)
        advance(order);
    write_run(order);
}

/* It is the turn of the session being printed, as nothing else waits: what began before it is given
 * up, what there is of it is written. */
static void bring_forward(MsOrder *order)
{
    Chunk *chunk = order->chunk;
    while (order->next < order->number)
        advance(order);
    ms_buffer_append(ms_output_buffer(order->output), chunk->buffer.data + order->start,
                     chunk->buffer.length - order->start);
    chunk->buffer.length = order->start;
}

MsBuffer *ms_order_more(MsOrder *order)
{
    if (order->number > order->next) {
        MsBuffer *waits = &order->chunk->buffer;
        uint64_t length = waits->length - order->start;
        order->chunk->live++; /* it stays, whatever else in it is written */
        while (order->waiting > 0 && order->waiting + length > order->wait)
            skip(order);
        if (length <= order->wait && order->number > order->next) {
            order->chunk->live--;
            return waits;
        }
        bring_forward(order);
        chunk_release(order, order->chunk);
    }
    return ms_output_done(order->output) ? ms_output_buffer(order->output) : NULL;
}

bool ms_order_done(MsOrder *order)
{
    if (order->number < order->next)
        return ms_output_done(order->output); /* late: was given up waiting for */
    if (order->number > order->next) {
        keep(order);
        while (order->waiting > order->wait ||
               (order->waiting > 0 && order->held > 2 * order->wait + 4 * CHUNK))
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
