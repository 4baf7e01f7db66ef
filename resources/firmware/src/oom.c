/*
 * Tiler out of memory. The host is told and answers with chunks, or with none: then a stream of the group that has
 * a handler renders what there is so far (incremental rendering), and the job is tried again once chunks are free.
 */
#include "firmware.h"

void oom_report(u32 n)
{
  struct cs_output *out = cs_out(n);
  put64(&out->heap_address, get64(&CS_OOM_HEAP(n)));
  out->heap_vt_start = CS_OOM_VT_START(n);
  out->heap_vt_end = CS_OOM_VT_END(n);
  out->heap_frag_end = CS_OOM_FRAG_END(n);
  fw.streams[n].oom = OOM_TOLD;
  stream_event(n, CS_REQ_TILER_OOM);
}

/* Starts the handler on a stream that has one and did not refuse it yet, the one that ran out first. */
static void run_handler(u32 g, u32 first)
{
  struct group *group = &fw.groups[g];
  for (u32 k = 0; k < STREAMS_PER_GROUP; k++) {
    u32 slot = (slot_of(first) + k) % STREAMS_PER_GROUP;
    u32 n = first_of(g) + slot;
    if (fw.streams[n].phase != ON || fw.streams[n].dead || (group->tried & BIT(slot)))
      continue;
    if (!CS_EXC_LEN(n, EXCEPTION_TILER_OOM))
      continue;
    if (!stream_command(n, CS_CMD_EXCEPTION | EXCEPTION_TILER_OOM << CS_CMD_TYPE_SHIFT))
      continue;
    group->tried |= (u8)BIT(slot);
    group->handler = (u8)(slot + 1);
    return;
  }
}

/* The host has acknowledged: its answer is in the input block. */
void oom_reply(u32 n)
{
  struct stream *stream = &fw.streams[n];
  struct group *group = &fw.groups[group_of(n)];
  u64 first = get64(&cs_in(n)->heap_start);
  if (first) {
    put64(&CS_HEAP_FIRST(n), first);
    put64(&CS_HEAP_LAST(n), get64(&cs_in(n)->heap_end));
    stream->oom = OOM_NONE;
    stream->retry = 1;
    return;
  }
  stream->oom = OOM_WAITING;
  if (!group->handler) {
    group->tried = 0;
    run_handler(group_of(n), n);
  }
}

void oom_handler_refused(u32 n)
{
  fw.groups[group_of(n)].handler = 0;
  run_handler(group_of(n), n);
}

/* Chunks came back and no handler is at work: whoever waits tries again. */
void oom_retry(u32 g)
{
  FOR_EACH_STREAM(n, g)
  {
    if (fw.streams[n].oom != OOM_WAITING)
      continue;
    fw.streams[n].oom = OOM_NONE;
    fw.streams[n].retry = 1;
  }
}
