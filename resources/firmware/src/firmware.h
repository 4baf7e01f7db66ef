/*
 * The reference firmware: state of the scheduler's half that runs on the MCU, and who does what.
 *
 *   start.c   vectors, faults            main.c    boot and the loop
 *   global.c  global requests            group.c   life of a CSG slot
 *   stream.c  life of a command stream   events.c  what streams report
 *   oom.c     tiler out of memory        save.c    suspend buffer
 *   status.c  status words, idle         power.c   endpoints, core power, timers
 *   perf.c    counter samples            log.c     log
 *
 * The core polls: interrupts stay disabled, a pending line only ends WFI. So no function is ever interrupted,
 * and every word has one writer: input blocks are the host's, output blocks are ours.
 */
#ifndef FIRMWARE_H
#define FIRMWARE_H

#include "csf_interface.h"
#include "mali_mcu.h"
#include "types.h"

/* Interface 1.1.0. */
#define INTERFACE_VERSION (1u << GLB_CONTROL_VERSION_MAJOR_SHIFT | 1u << GLB_CONTROL_VERSION_MINOR_SHIFT)
#define GROUPS GROUP_COUNT
#define STREAMS STREAM_COUNT

/* ---- The shared section at SHARED_BASE. Host-written and firmware-written pages are kept apart. ---- */

struct csg_control_block {
  struct csg_control csg;
  u8 gap[CS_CONTROL_BASE - sizeof(struct csg_control)];
  struct cs_control cs[STREAMS_PER_GROUP];
  u8 rest[0x100 - CS_CONTROL_BASE - STREAMS_PER_GROUP * sizeof(struct cs_control)];
};

struct group_in {
  struct csg_input csg;
  u8 gap[0x100 - sizeof(struct csg_input)];
  struct {
    struct cs_input cs;
    u8 gap[0x80 - sizeof(struct cs_input)];
  } stream[STREAMS_PER_GROUP];
  u8 rest[0x800 - 0x100 - STREAMS_PER_GROUP * 0x80];
};

struct group_out {
  struct csg_output csg;
  u8 gap[0x100 - sizeof(struct csg_output)];
  struct {
    struct cs_output cs;
    u8 gap[0x100 - sizeof(struct cs_output)];
  } stream[STREAMS_PER_GROUP];
  u8 rest[0x1000 - 0x100 - STREAMS_PER_GROUP * 0x100];
};

/* Values of CONFIG entries; the host changes them and toggles FWCFG_UPDATE. */
struct tunables {
  volatile u32 log_level;
};

/* Words of the TRACE_BUFFER entry "fwlog"; addresses are stored by the host. */
struct log_buffer {
  volatile u32 size;
  volatile u32 insert_va;
  volatile u32 extract_va;
  volatile u32 data_va;
  volatile u32 enable;
};

struct shared {
  struct glb_control control;
  u8 gap0[CSG_CONTROL_BASE - sizeof(struct glb_control)];
  struct csg_control_block groups[GROUPS];
  u8 gap1[0x2000 - CSG_CONTROL_BASE - GROUPS * sizeof(struct csg_control_block)];
  struct glb_input glb_in;
  struct glb_output glb_out;
  struct group_in in[GROUPS];
  struct group_out out[GROUPS];
};

extern struct shared shared;
extern struct tunables tunables;
extern struct log_buffer fwlog;

static inline struct glb_input *glb_in(void) { return &shared.glb_in; }
static inline struct glb_output *glb_out(void) { return &shared.glb_out; }
static inline struct csg_input *csg_in(u32 g) { return &shared.in[g].csg; }
static inline struct csg_output *csg_out(u32 g) { return &shared.out[g].csg; }
static inline u32 group_of(u32 n) { return n / STREAMS_PER_GROUP; }
static inline u32 slot_of(u32 n) { return n % STREAMS_PER_GROUP; }
static inline u32 first_of(u32 g) { return g * STREAMS_PER_GROUP; }
static inline struct cs_input *cs_in(u32 n) { return &shared.in[group_of(n)].stream[slot_of(n)].cs; }
static inline struct cs_output *cs_out(u32 n) { return &shared.out[group_of(n)].stream[slot_of(n)].cs; }

#define FOR_EACH_GROUP(g) for (u32 g = 0; g < GROUPS; g++)
#define FOR_EACH_STREAM(n, g) for (u32 n = first_of(g); n < first_of(g) + STREAMS_PER_GROUP; n++)

/* ---- State ---- */

enum stream_phase {
  OFF,        /* not started */
  STARTING,   /* START is under way */
  ON,         /* runs, waits or is empty */
  STOPPING,   /* STOP is under way */
  HELD,       /* issues nothing more; jobs may still run */
  PREEMPTING, /* PREEMPT is under way */
  FROZEN,     /* can be saved */
};

/* What became of a tiler heap that ran out. */
enum oom_phase { OOM_NONE, OOM_TOLD, OOM_WAITING };

struct stream {
  u8 phase;
  u8 command;  /* the hardware command under way, 0 none */
  u8 stop;     /* the host wants this stream alone to stop */
  u8 fault;    /* a fault is reported and not acknowledged yet */
  u8 dead;     /* stopped by a fatal error */
  u8 oom;      /* enum oom_phase */
  u8 retry;    /* OOM_RETRY to be issued */
  u8 doorbell; /* number of its doorbell page */
};

enum group_phase { EMPTY, STARTING_UP, RUNNING, WINDING_DOWN, FREEZING };

struct group {
  u8 phase;
  u8 want;     /* state the host asked for last */
  u8 idle;     /* IDLE was told for this rest */
  u8 handler;  /* 1 + stream that runs an exception handler, 0 none */
  u8 tried;    /* streams that refused the handler */
  u8 cores;    /* classes with cores at the start of the progress period */
  u8 watched;  /* the progress timer is armed */
  u32 tasks[3];
};

enum idle_timing { IDLE_OFF, IDLE_ARMED, IDLE_FIRED };

struct state {
  u32 magic;        /* in .data: a reload of the image clears it */
  u32 raise;        /* HOST_IRQ bits of this pass */
  u32 halted;       /* stop the core at the end of this pass */
  u64 core_mask;    /* shader cores we may use */
  u32 poweroff_timer;
  u32 idle_timer;
  u32 progress_timer;
  u8 idle_timing;   /* enum idle_timing of timer 0 */
  u8 idle_told;     /* GLB IDLE was raised for this rest */
  u8 sample_toggle; /* a PERFCNT_SAMPLE waits for its end */
  u8 log_level;
  struct group groups[GROUPS];
  struct stream streams[STREAMS];
};

extern struct state fw;

/* main.c */
void raise_event(u32 bit);

/* global.c */
void init_interface(void);
void apply_levels(u32 req);
void global_requests(u32 changed);
void global_ack(u32 bits);
void global_event(u32 bit);

/* group.c */
void group_requests(u32 g);
void group_step(u32 g);
void group_ack(u32 g, u32 bits);
void group_event(u32 g, u32 bit);
void groups_forget(void);

/* stream.c */
void stream_requests(u32 n);
void stream_touch(u32 n);
int stream_command(u32 n, u32 command);
void stream_prepare(u32 n);
void stream_run(u32 n);
void stream_started(u32 n);
void stream_reset(u32 n);
void stream_step(u32 n);
void stream_event(u32 n, u32 bit);
void stream_ack(u32 n, u32 bits);
void put_extract(u32 n);

/* events.c */
u32 stream_events(u32 n);
void fault_acknowledged(u32 n);

/* oom.c */
void oom_report(u32 n);
void oom_reply(u32 n);
void oom_retry(u32 g);
void oom_handler_refused(u32 n);

/* save.c */
#define SUSPEND_SIZE 0x7000
#define PROTM_SUSPEND_SIZE 0x1000
void group_save(u32 g);
int group_load_header(u32 g, u32 *streams);
void stream_load(u32 n);

/* status.c */
void stream_status(u32 n);
void group_status(u32 g);
int group_is_idle(u32 g);
void rest_ended(u32 g);
void idle_step(void);

/* power.c */
#define TIMER_IDLE 0
#define TIMER_POWER 1
#define TIMER_PROGRESS 8
void timer_arm(u32 t, u32 word);
void timer_arm_cycles(u32 t, u64 cycles);
void timer_disarm(u32 t);
void endpoints_apply(u32 g);
void power_want(void);
void power_events(u32 events);
void power_timer(void);
void progress_watch(u32 g);
void progress_timer(u32 g);

/* perf.c */
void perf_enable(u32 on);
void perf_sample(void);
u32 misc_events(void);

/* log.c */
#define LOG_ERROR 0
#define LOG_INFO 1
#define LOG_DEBUG 2
void log_value(u32 level, const char *text, u32 value);

#endif
