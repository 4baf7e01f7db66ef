/*
 * Boot and the main loop. One pass takes what is pending, acts, writes the answers, and raises the host's
 * interrupts once at its end; it sleeps only when a pass found nothing. Latches are cleared before their cause is
 * looked at, so that whatever comes meanwhile makes another pass.
 */
#include "firmware.h"

#define MAGIC 0x54595243
/* Longest time between two kicks while the core is awake, in GPU cycles (chosen: far above any pass). */
#define WATCHDOG_CYCLES 100000000u
#define NVIC_ISER REG32(0xe000e100)
#define NVIC_ICPR REG32(0xe000e280)
#define NVIC_IPR(i) (*(volatile u8 *)(0xe000e400 + (i)))
#define NVIC_LINES 0x1ffu

struct shared shared __attribute__((section(".shared")));
/* Behind it, under names of their own: CONFIG and TRACE_BUFFER entries of the image point here. */
struct tunables tunables __attribute__((section(".shared.tunables"), aligned(0x100)));
struct log_buffer fwlog __attribute__((section(".shared.fwlog"), aligned(0x100)));
/* In .data, so that reloading the image makes the next boot a cold one. */
struct state fw __attribute__((section(".data"))) = { .log_level = LOG_ERROR };

void main_loop(void) __attribute__((noreturn));

void raise_event(u32 bit)
{
  fw.raise |= bit;
}

static void enable_lines(void)
{
  static const u8 priority[] = {
    NVIC_PRIO_DOORBELL_GLB, NVIC_PRIO_DOORBELL, NVIC_PRIO_CS,    NVIC_PRIO_EP,  NVIC_PRIO_ASF,
    NVIC_PRIO_TIMER,        NVIC_PRIO_PWR,      NVIC_PRIO_CACHE, NVIC_PRIO_PRF,
  };
  for (u32 i = 0; i < sizeof(priority); i++)
    NVIC_IPR(i) = priority[i];
  NVIC_ISER = NVIC_LINES;
  put64(&DB_MASK, DB_MASK_DB);
  EP_MASK = EP_MASK_IDLE | EP_MASK_STARVED;
  ASF_MASK = ASF_MASK_AS;
  TIMER_MASK = TIMER_MASK_TIMER;
  PWR_MASK = PWR_MASK_SHADER | PWR_MASK_TILER;
  PRF_MASK = PRF_MASK_DONE | PRF_MASK_FAIL;
  WDOG_LOAD = WATCHDOG_CYCLES;
}

/* A warm start keeps req and ack as they are; anything else begins anew. */
static void boot(void)
{
  u32 cause = FIELD(MCU_CAUSE_CAUSE, MCU_CAUSE);
  if (fw.magic != MAGIC || cause > MCU_CAUSE_CAUSE_WARM) {
    init_interface();
    fw.magic = MAGIC;
  } else {
    groups_forget();
    apply_levels(glb_in()->req);
  }
  fw.raise = 0;
  fw.halted = 0;
  enable_lines();
  log_value(LOG_INFO, "boot, cause ", cause);
  HOST_IRQ = BIT(JOB_INT_GLOBAL);
}

/* Doorbell requests are acknowledged before the look: a toggle during the look rings again. */
static void group_doorbell(u32 g)
{
  u32 req = csg_in(g)->doorbell_req;
  u32 rung = req ^ csg_out(g)->doorbell_ack;
  csg_out(g)->doorbell_ack = req;
  group_requests(g);
  for (u32 j = 0; j < STREAMS_PER_GROUP; j++) {
    if (!(rung & BIT(j)))
      continue;
    stream_requests(first_of(g) + j);
    stream_touch(first_of(g) + j);
  }
}

static void global_doorbell(void)
{
  global_requests(glb_in()->req ^ glb_out()->ack);
  u32 req = glb_in()->doorbell_req;
  u32 rung = req ^ glb_out()->doorbell_ack;
  glb_out()->doorbell_ack = req;
  FOR_EACH_GROUP(g)
  {
    if (rung & BIT(g))
      group_doorbell(g);
  }
}

static u32 doorbells(void)
{
  u32 rung = DB_PENDING.lo;
  if (!rung)
    return 0;
  put64(&DB_PENDING, rung);
  if (rung & 1)
    global_doorbell();
  if (rung >> 1) {
    for (u32 n = 0; n < STREAMS; n++)
      if (fw.streams[n].phase != OFF && (rung & BIT(fw.streams[n].doorbell)))
        stream_touch(n);
  }
  /* Whoever rang may have written a sync object that a stream waits for. */
  CS_KICK = CS_KICK_GROUP;
  return rung;
}

/* One look at each stream per pass, or a busy one would starve pings and the watchdog. */
static u32 streams(void)
{
  u64 pending = get64(&CS_PENDING);
  u32 work = 0;
  for (u32 n = 0; pending; n++, pending >>= 1)
    if (pending & 1)
      work |= stream_events(n);
  return work;
}

static u32 timers(void)
{
  u32 fired = TIMER_EVENT;
  if (!fired)
    return 0;
  TIMER_EVENT = fired;
  if (fired & BIT(TIMER_IDLE))
    fw.idle_timing = IDLE_FIRED;
  if (fired & BIT(TIMER_POWER))
    power_timer();
  FOR_EACH_GROUP(g)
  {
    if (fired & BIT(TIMER_PROGRESS + g))
      progress_timer(g);
  }
  return fired;
}

static u32 endpoints(void)
{
  u32 events = EP_EVENT;
  if (events) {
    EP_EVENT = events;
    power_events(events);
  }
  return events;
}

static u32 address_faults(void)
{
  u32 spaces = ASF_EVENT;
  if (!spaces)
    return 0;
  for (u32 as = 0; as < 16; as++)
    if (spaces & BIT(as)) {
      log_value(LOG_ERROR, "fault in address space ", as);
      log_value(LOG_ERROR, "  status ", ASF_STATUS(as));
      log_value(LOG_ERROR, "  address ", ASF_ADDR(as).lo);
    }
  ASF_EVENT = spaces;
  return spaces;
}

void main_loop(void)
{
  boot();
  for (;;) {
    NVIC_ICPR = ~0u;
    WDOG_KICK = 1;
    u32 work = doorbells();
    work |= streams();
    work |= timers();
    work |= endpoints();
    work |= address_faults();
    work |= misc_events();
    FOR_EACH_GROUP(g) group_step(g);
    idle_step();
    if (fw.raise) {
      u32 bits = fw.raise;
      fw.raise = 0;
      __asm__ volatile("dsb" ::: "memory");
      HOST_IRQ = bits;
    }
    if (fw.halted)
      MCU_STATE = MCU_STATE_STATE_HALT;
    if (!work)
      __asm__ volatile("dsb\n\twfi" ::: "memory");
  }
}
