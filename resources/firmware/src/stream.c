/*
 * Life of one command stream: it is prepared from its input block while the interface is stopped, run, fed from
 * its ring page, and reset. A stream takes one hardware command at a time; `command` remembers which.
 */
#include "firmware.h"

/* Events we always want. EXTRACT and JOB_DONE are enabled while somebody waits for them. */
#define EVENTS                                                                                                      \
  (CS_EVENT_QUIET | CS_EVENT_BUSY | CS_EVENT_SYNC_BLOCKED | CS_EVENT_RESOURCE | CS_EVENT_SYNC_UPDATE |             \
   CS_EVENT_FAULT | CS_EVENT_FATAL | CS_EVENT_TILER_OOM | CS_EVENT_EXC_DONE | CS_EVENT_PROTM | CS_EVENT_CMD_DONE | \
   CS_EVENT_HEAP_FREE)

/* A bit of DB_PENDING that no page sets. */
#define NO_DOORBELL 31

static struct queue_input *ring_in(u32 n)
{
  return (struct queue_input *)cs_in(n)->ringbuf_input.lo;
}

static struct queue_output *ring_out(u32 n)
{
  return (struct queue_output *)cs_in(n)->ringbuf_output.lo;
}

/* The host may write the cursor while we read it. */
static u64 read_cursor(const reg64 *cursor)
{
  u32 high, low;
  do {
    high = cursor->hi;
    low = cursor->lo;
  } while (high != cursor->hi);
  return low | (u64)high << 32;
}

void stream_ack(u32 n, u32 bits)
{
  struct cs_input *in = cs_in(n);
  struct cs_output *out = cs_out(n);
  u32 changed = (in->req ^ out->ack) & bits;
  out->ack ^= changed;
  if (changed & in->ack_irq_mask)
    raise_event(BIT(group_of(n)));
}

void stream_event(u32 n, u32 bit)
{
  struct cs_input *in = cs_in(n);
  struct cs_output *out = cs_out(n);
  struct csg_output *group = csg_out(group_of(n));
  if ((in->req ^ out->ack) & bit)
    return;
  out->ack ^= bit;
  if (!(in->ack_irq_mask & bit))
    return;
  u32 mine = BIT(slot_of(n));
  if (!((group->cs_irq_req ^ csg_in(group_of(n))->cs_irq_ack) & mine))
    group->cs_irq_req ^= mine;
  raise_event(BIT(group_of(n)));
}

/* Returns 0 when another command is still under way. */
int stream_command(u32 n, u32 command)
{
  if (fw.streams[n].command)
    return 0;
  fw.streams[n].command = (u8)FIELD(CS_CMD_CMD, command);
  CS_CMD(n) = command;
  return 1;
}

/* While a fault is not acknowledged the host must see where it happened. */
void put_extract(u32 n)
{
  if (!fw.streams[n].fault)
    put64(&ring_out(n)->extract, get64(&CS_EXTRACT(n)));
}

void stream_touch(u32 n)
{
  u32 phase = fw.streams[n].phase;
  if (phase == OFF || fw.streams[n].dead)
    return;
  put64(&CS_INSERT(n), read_cursor(&ring_in(n)->insert));
}

/* A fresh, stopped interface with everything the input block says. */
void stream_prepare(u32 n)
{
  struct cs_input *in = cs_in(n);
  u32 doorbell = FIELD(CS_INPUT_CONFIG_DOORBELL, in->config);
  /* Events of an earlier life are void; the state is acknowledged once it is reached. */
  cs_out(n)->ack = (in->req & ~CS_REQ_STATE) | CS_REQ_STATE_STOP;
  cs_out(n)->fault = 0;
  cs_out(n)->fatal = 0;
  CS_CMD(n) = CS_CMD_RESET;
  fw.streams[n] = (struct stream){
    .phase = HELD,
    .doorbell = (u8)(doorbell <= NO_DOORBELL ? doorbell : NO_DOORBELL),
  };
  put64(&CS_RING_BASE(n), get64(&in->ringbuf_base));
  CS_RING_SIZE(n) = in->ringbuf_size;
  put64(&CS_EXTRACT(n), get64(&ring_in(n)->extract));
  CS_PRIO(n) = FIELD(CS_INPUT_CONFIG_PRIORITY, in->config);
}

/* Starts a prepared stream, unless it is dead: that one stays held, so that it can be saved again. */
void stream_run(u32 n)
{
  stream_touch(n);
  CS_MASK(n) = EVENTS;
  if (!fw.streams[n].dead && stream_command(n, CS_CMD_START))
    fw.streams[n].phase = STARTING;
}

/* START took effect. */
void stream_started(u32 n)
{
  fw.streams[n].phase = ON;
  put_extract(n);
  ring_out(n)->active = QUEUE_OUTPUT_ACTIVE_RUNNING;
  stream_ack(n, CS_REQ_STATE);
}

/* Drops the stream with all its work. */
void stream_reset(u32 n)
{
  if (fw.streams[n].phase == OFF)
    return;
  put_extract(n);
  ring_out(n)->active = 0;
  CS_CMD(n) = CS_CMD_RESET;
  fw.streams[n] = (struct stream){ .phase = OFF };
}

/* STATE of one stream while its group runs; before that the block is only read at START. */
static void state_request(u32 n, u32 req)
{
  struct stream *stream = &fw.streams[n];
  u32 start = (req & CS_REQ_STATE) == CS_REQ_STATE_START;
  if (stream->phase == OFF && start) {
    stream_prepare(n);
    stream_run(n);
  } else {
    stream->stop = !start;
  }
}

/* What the host asks of a stream, and what it acknowledges: that counts while the group winds down, too. */
void stream_requests(u32 n)
{
  struct stream *stream = &fw.streams[n];
  u32 req = cs_in(n)->req;
  u32 changed = req ^ cs_out(n)->ack;

  if (fw.groups[group_of(n)].phase == RUNNING && changed & CS_REQ_STATE)
    state_request(n, req);
  if (stream->phase == OFF)
    return;
  if (changed & CS_REQ_EXTRACT_EVENT)
    CS_MASK(n) |= CS_MASK_EXTRACT; /* acknowledged when it moves */
  stream_ack(n, CS_REQ_ALL_LEVEL & ~CS_REQ_STATE);
  if (stream->fault && !(changed & CS_REQ_FAULT))
    fault_acknowledged(n);
  if (stream->oom == OOM_TOLD && !(changed & CS_REQ_TILER_OOM))
    oom_reply(n);
}

/* The jobs of a stream that was stopped alone have ended. */
static void stopped(u32 n)
{
  stream_status(n);
  stream_reset(n);
  stream_ack(n, CS_REQ_STATE);
}

/* Issues what waits for the command before to end. */
void stream_step(u32 n)
{
  struct stream *stream = &fw.streams[n];
  if (stream->command)
    return;
  if (fw.groups[group_of(n)].phase == RUNNING) {
    if (stream->phase == ON && stream->stop) {
      CS_MASK(n) |= CS_MASK_JOB_DONE;
      if (stream_command(n, CS_CMD_STOP))
        stream->phase = STOPPING;
      return;
    }
    if (stream->phase == HELD && stream->stop &&
        !(FIELD(CSG_STATE_JOBS, CSG_STATE(group_of(n))) & BIT(slot_of(n)))) {
      stopped(n);
      return;
    }
  }
  /* Also while the group winds down: chunks the host gave must not be lost. */
  if (stream->retry && stream_command(n, CS_CMD_OOM_RETRY))
    stream->retry = 0;
}
