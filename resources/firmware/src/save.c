/*
 * The suspend buffer: a header, then a record per stream with the registers of its interface. Nothing in it
 * depends on slot or address space, so that a group resumes anywhere.
 *
 *   header  0x40    magic, version, streams in it
 *   stream  0xd40   0x000 magic, CS_STATUS, valid job contexts, valid deferred operations
 *                   0x010 registers 0x10..0x13f at their offsets
 *                   0x140 frames, 0x240 r0..r95, 0x3c0 deferred operations, 0x5c0 job contexts
 */
#include "firmware.h"

#define BUFFER_MAGIC 0x47594353u
#define STREAM_MAGIC 0x54594353u
#define BUFFER_VERSION 1
#define HEADER_WORDS (0x40 / 4)
#define RECORD_WORDS (0xd40 / 4)

#define DEFER_WORDS 8
#define JOB_WORDS 80

enum { MAGIC_WORD, STATUS_WORD, JOBS_WORD, DEFERS_WORD };

/* Registers at their own offsets; the others of the record are only for people who read it. */
static const struct {
  u16 offset;
  u8 words;
  u8 load;
} registers[] = {
  { CS_PRIO_OFFSET, 2, 0 },     { CS_RING_BASE_OFFSET, 4, 1 }, { CS_INSERT_OFFSET, 2, 0 },
  { CS_EXTRACT_OFFSET, 2, 1 },  { CS_RES_REQ_OFFSET, 2, 1 },   { CS_PC_OFFSET, 6, 1 },
  { CS_SB_BUSY_OFFSET, 1, 0 },  { CS_WAIT_OFFSET, 1, 0 },      { CS_WAIT_ADDR_OFFSET, 4, 0 },
  { CS_PROGRESS_OFFSET, 4, 1 }, { CS_OOM_HEAP_OFFSET, 5, 0 },  { CS_FAULT_OFFSET, 8, 0 },
  { CS_INSTRS_OFFSET, 2, 0 },   { CS_EXC_ADDR_OFFSET, 3, 1 },  { CS_EXC_ADDR_OFFSET + 0x10, 3, 1 },
  { CS_EXC_ADDR_OFFSET + 0x20, 3, 1 },                         { CS_EXC_ADDR_OFFSET + 0x30, 3, 1 },
  { CS_FRAME_IP_OFFSET, 64, 1 },
};

/* Register arrays and where the record keeps them. */
#define REGS_AT (0x240 / 4)
#define DEFERS_AT (0x3c0 / 4)
#define JOBS_AT (0x5c0 / 4)

static volatile u32 *interface(u32 n, u32 offset)
{
  return &REG32(STREAM_BASE + STREAM_STRIDE * n + offset);
}

static void copy(volatile u32 *to, const volatile u32 *from, u32 words)
{
  while (words--)
    *to++ = *from++;
}

static volatile u32 *buffer(u32 g)
{
  return (volatile u32 *)csg_in(g)->suspend_buf.lo;
}

static volatile u32 *record(u32 n)
{
  return buffer(group_of(n)) + HEADER_WORDS + RECORD_WORDS * slot_of(n);
}

/* The MCU reaches 4 GiB; the vector table at 0 is no place for a buffer. */
static int has_buffer(u32 g)
{
  return csg_in(g)->suspend_buf.hi == 0 && csg_in(g)->suspend_buf.lo != 0;
}

static void save_stream(u32 n)
{
  volatile u32 *to = record(n);
  u32 jobs = 0;
  u32 defers = 0;

  for (u32 i = 0; i < sizeof(registers) / sizeof(registers[0]); i++)
    copy(to + registers[i].offset / 4, interface(n, registers[i].offset), registers[i].words);
  copy(to + REGS_AT, interface(n, CS_REG_OFFSET), 96);
  for (u32 i = 0; i < DEFER_COUNT; i++)
    if (DEFER_CTRL(n, i) & DEFER_CTRL_VALID) {
      defers |= BIT(i);
      copy(to + DEFERS_AT + DEFER_WORDS * i, interface(n, DEFER_INSTR_OFFSET + 4 * DEFER_WORDS * i), DEFER_WORDS);
    }
  for (u32 i = 0; i < JOB_CONTEXT_COUNT; i++)
    if (JOB_CTRL(n, i) & JOB_CTRL_VALID) {
      jobs |= BIT(i);
      copy(to + JOBS_AT + JOB_WORDS * i, interface(n, JOB_CTRL_OFFSET + 4 * JOB_WORDS * i), JOB_WORDS);
    }
  u32 status = CS_STATUS(n);
  if (fw.streams[n].dead)
    status = (status & ~CS_STATUS_STATE) | CS_STATUS_STATE_FATAL;
  to[MAGIC_WORD] = STREAM_MAGIC;
  to[STATUS_WORD] = status;
  to[JOBS_WORD] = jobs;
  to[DEFERS_WORD] = defers;
}

/* All streams of the group are frozen. */
void group_save(u32 g)
{
  u32 streams = 0;
  if (!has_buffer(g)) {
    log_value(LOG_ERROR, "no suspend buffer, work is lost in group ", g);
    return;
  }
  FOR_EACH_STREAM(n, g)
  {
    if (fw.streams[n].phase != FROZEN)
      continue;
    save_stream(n);
    streams |= BIT(slot_of(n));
  }
  volatile u32 *header = buffer(g);
  header[0] = BUFFER_MAGIC;
  header[1] = BUFFER_VERSION;
  header[2] = streams;
}

/* The streams in the buffer; returns 0 when it holds nothing of ours. */
int group_load_header(u32 g, u32 *streams)
{
  if (!has_buffer(g) || buffer(g)[0] != BUFFER_MAGIC || buffer(g)[1] != BUFFER_VERSION)
    return 0;
  *streams = buffer(g)[2];
  return 1;
}

/* Into a prepared interface. A stream saved after a fatal error is loaded but will not run. */
void stream_load(u32 n)
{
  const volatile u32 *from = record(n);
  if (from[MAGIC_WORD] != STREAM_MAGIC)
    return;
  for (u32 i = 0; i < sizeof(registers) / sizeof(registers[0]); i++)
    if (registers[i].load)
      copy(interface(n, registers[i].offset), from + registers[i].offset / 4, registers[i].words);
  copy(interface(n, CS_REG_OFFSET), from + REGS_AT, 96);
  for (u32 i = 0; i < DEFER_COUNT; i++)
    if (from[DEFERS_WORD] & BIT(i))
      copy(interface(n, DEFER_INSTR_OFFSET + 4 * DEFER_WORDS * i), from + DEFERS_AT + DEFER_WORDS * i, DEFER_WORDS);
  for (u32 i = 0; i < JOB_CONTEXT_COUNT; i++)
    if (from[JOBS_WORD] & BIT(i))
      copy(interface(n, JOB_CTRL_OFFSET + 4 * JOB_WORDS * i), from + JOBS_AT + JOB_WORDS * i, JOB_WORDS);
  if ((from[STATUS_WORD] & CS_STATUS_STATE) == CS_STATUS_STATE_FATAL)
    fw.streams[n].dead = 1;
  if (from[CS_DEPTH_OFFSET / 4] & CS_DEPTH_HANDLER)
    fw.groups[group_of(n)].handler = (u8)(slot_of(n) + 1);
}
