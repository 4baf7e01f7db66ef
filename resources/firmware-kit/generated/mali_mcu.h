/* Generated from src/spec by `tyr fw build`. Do not edit. */
#ifndef MALI_MCU_H
#define MALI_MCU_H

#include "types.h"

#define STREAM_BASE 0x41000000
#define STREAM_STRIDE 0x1000
#define STREAM_COUNT 64
#define STREAMS_PER_GROUP 8
#define GROUP_COUNT 8
#define JOB_CONTEXT_COUNT 6
#define DEFER_COUNT 16
#define EXCEPTION_TILER_OOM 2

#define NVIC_DOORBELL_GLB 0
#define NVIC_DOORBELL 1
#define NVIC_CS 2
#define NVIC_EP 3
#define NVIC_ASF 4
#define NVIC_TIMER 5
#define NVIC_PWR 6
#define NVIC_CACHE 7
#define NVIC_PRF 8
#define NVIC_PRIO_DOORBELL_GLB 0x60
#define NVIC_PRIO_DOORBELL 0x60
#define NVIC_PRIO_CS 0x40
#define NVIC_PRIO_EP 0x80
#define NVIC_PRIO_ASF 0x20
#define NVIC_PRIO_TIMER 0x80
#define NVIC_PRIO_PWR 0xa0
#define NVIC_PRIO_CACHE 0xa0
#define NVIC_PRIO_PRF 0xc0

#define CS_CMD_RESET 1
#define CS_CMD_START 2
#define CS_CMD_STOP 3
#define CS_CMD_PREEMPT 4
#define CS_CMD_EXCEPTION 5
#define CS_CMD_OOM_RETRY 6

#define GPU_SHADER_PRESENT REG64(0x40000100)
#define GPU_TILER_PRESENT REG64(0x40000110)

/* Which contract this is. */
#define HW_ID REG32(0x40003000)
#define HW_ID_MINOR 0x000000ffu
#define HW_ID_MINOR_SHIFT 0
#define HW_ID_MAJOR 0x0000ff00u
#define HW_ID_MAJOR_SHIFT 8
#define HW_ID_MAGIC 0xffff0000u
#define HW_ID_MAGIC_SHIFT 16

/* Shape of the command-stream front end. */
#define HW_CFG0 REG32(0x40003004)
#define HW_CFG0_GROUPS 0x0000001fu
#define HW_CFG0_GROUPS_SHIFT 0
#define HW_CFG0_STREAMS 0x00003f00u
#define HW_CFG0_STREAMS_SHIFT 8
#define HW_CFG0_CS_REGS 0x00ff0000u
#define HW_CFG0_CS_REGS_SHIFT 16
#define HW_CFG0_SCOREBOARDS 0xff000000u
#define HW_CFG0_SCOREBOARDS_SHIFT 24

/* Counts of helpers. */
#define HW_CFG1 REG32(0x40003008)
#define HW_CFG1_DOORBELLS 0x000000ffu
#define HW_CFG1_DOORBELLS_SHIFT 0
#define HW_CFG1_WINDOWS 0x00000f00u
#define HW_CFG1_WINDOWS_SHIFT 8
#define HW_CFG1_TIMERS 0x000ff000u
#define HW_CFG1_TIMERS_SHIFT 12
#define HW_CFG1_JOBS_PER_CLASS 0x00f00000u
#define HW_CFG1_JOBS_PER_CLASS_SHIFT 20
#define HW_CFG1_DEFERRED 0xff000000u
#define HW_CFG1_DEFERRED_SHIFT 24

/* Features. */
#define HW_CFG2 REG32(0x4000300c)
#define HW_CFG2_COMPUTE 0x00000001u
#define HW_CFG2_FRAGMENT 0x00000002u
#define HW_CFG2_TILER 0x00000004u
#define HW_CFG2_FRAMES 0x00000f00u
#define HW_CFG2_FRAMES_SHIFT 8
#define HW_CFG2_PRF_BLOCKS 0x000f0000u
#define HW_CFG2_PRF_BLOCKS_SHIFT 16
#define HW_CFG2_PROTM 0x80000000u

/* Shader cores the firmware wants on; the host may want others. A busy core ends its task first. */
#define PWR_SHADER_WANT REG64(0x40003040)

/* Tilers the firmware wants on. */
#define PWR_TILER_WANT REG64(0x40003048)

/* A wanted set is reached. */
#define PWR_EVENT REG32(0x40003050)
#define PWR_EVENT_SHADER 0x00000001u
#define PWR_EVENT_TILER 0x00000002u

/* Enables of PWR_EVENT. */
#define PWR_MASK REG32(0x40003054)
#define PWR_MASK_SHADER 0x00000001u
#define PWR_MASK_TILER 0x00000002u

/* Starts a flush; its end advances the flush identifier. */
#define CACHE_CMD REG32(0x40003060)
#define CACHE_CMD_L2 0x0000000fu
#define CACHE_CMD_L2_SHIFT 0
#define CACHE_CMD_L2_NONE 0x0
#define CACHE_CMD_L2_CLEAN 0x1
#define CACHE_CMD_L2_CLEAN_INV 0x3
#define CACHE_CMD_LSC 0x000000f0u
#define CACHE_CMD_LSC_SHIFT 4
#define CACHE_CMD_LSC_NONE 0x0
#define CACHE_CMD_LSC_CLEAN 0x1
#define CACHE_CMD_LSC_CLEAN_INV 0x3
#define CACHE_CMD_OTHER 0x00000f00u
#define CACHE_CMD_OTHER_SHIFT 8
#define CACHE_CMD_OTHER_NONE 0x0
#define CACHE_CMD_OTHER_INV 0x2

/* A flush ended. */
#define CACHE_EVENT REG32(0x40003064)
#define CACHE_EVENT_DONE 0x00000001u

/* Enable of CACHE_EVENT. */
#define CACHE_MASK REG32(0x40003068)
#define CACHE_MASK_DONE 0x00000001u

/* Whether a flush runs; a second one is refused. */
#define CACHE_STATUS REG32(0x4000306c)
#define CACHE_STATUS_BUSY 0x00000001u

/* Forgets cached translations. The tables themselves belong to the host. */
#define TLB_CMD REG32(0x40003070)
#define TLB_CMD_AS 0x0000000fu
#define TLB_CMD_AS_SHIFT 0
#define TLB_CMD_ALL 0x80000000u

/* Address spaces with a fault; clearing re-arms. The host is told by MMU_INT independently. */
#define ASF_EVENT REG32(0x40003080)
#define ASF_EVENT_AS 0x0000ffffu
#define ASF_EVENT_AS_SHIFT 0

/* Enables of ASF_EVENT. */
#define ASF_MASK REG32(0x40003084)
#define ASF_MASK_AS 0x0000ffffu
#define ASF_MASK_AS_SHIFT 0

/* First fault since re-armed, laid out as AS_FAULTSTATUS with the source id split. */
#define ASF_STATUS(i) REG32(0x40003100 + 0x10 * (i))
#define ASF_STATUS_EXC 0x000000ffu
#define ASF_STATUS_EXC_SHIFT 0
#define ASF_STATUS_ACCESS 0x00000300u
#define ASF_STATUS_ACCESS_SHIFT 8
#define ASF_STATUS_ACCESS_ATOMIC 0x0
#define ASF_STATUS_ACCESS_EXECUTE 0x1
#define ASF_STATUS_ACCESS_READ 0x2
#define ASF_STATUS_ACCESS_WRITE 0x3
#define ASF_STATUS_CS 0x003f0000u
#define ASF_STATUS_CS_SHIFT 16
#define ASF_STATUS_UNIT 0xf0000000u
#define ASF_STATUS_UNIT_SHIFT 28
#define ASF_STATUS_UNIT_MCU 0x0
#define ASF_STATUS_UNIT_CS_FETCH 0x2
#define ASF_STATUS_UNIT_CS_DATA 0x3
#define ASF_STATUS_UNIT_COMPUTE 0x4
#define ASF_STATUS_UNIT_FRAGMENT 0x5
#define ASF_STATUS_UNIT_TILER 0x6
#define ASF_STATUS_UNIT_PRF 0x7

/* Job context and core of the fault. */
#define ASF_UNIT(i) REG32(0x40003104 + 0x10 * (i))
#define ASF_UNIT_CTX 0x00000007u
#define ASF_UNIT_CTX_SHIFT 0
#define ASF_UNIT_CORE 0x00003f00u
#define ASF_UNIT_CORE_SHIFT 8

/* Address of the fault. */
#define ASF_ADDR(i) REG64(0x40003108 + 0x10 * (i))

/* Why the core booted. */
#define MCU_CAUSE REG32(0x40020000)
#define MCU_CAUSE_CAUSE 0x00000003u
#define MCU_CAUSE_CAUSE_SHIFT 0
#define MCU_CAUSE_CAUSE_COLD 0x0
#define MCU_CAUSE_CAUSE_WARM 0x1
#define MCU_CAUSE_CAUSE_UNCLEAN 0x2
#define MCU_CAUSE_CAUSE_AUTO 0x3
#define MCU_CAUSE_BOOTS 0xffff0000u
#define MCU_CAUSE_BOOTS_SHIFT 16

/* Stops the core; MCU_STATUS shows the value. */
#define MCU_STATE REG32(0x40020004)
#define MCU_STATE_STATE 0x00000003u
#define MCU_STATE_STATE_SHIFT 0
#define MCU_STATE_STATE_HALT 0x2
#define MCU_STATE_STATE_FATAL 0x3

/* Memory that a DISABLE leaves alone; a soft reset zeroes it. */
#define MCU_SCRATCH(i) REG32(0x40020010 + 0x4 * (i))

/* A character for the log of the bench; the machine does not notice. */
#define LOG_CHAR REG32(0x40020020)
#define LOG_CHAR_CH 0x000000ffu
#define LOG_CHAR_CH_SHIFT 0

/* Debugger and last BKPT. */
#define DBG_STATUS REG32(0x40020030)
#define DBG_STATUS_ATTACHED 0x00000001u
#define DBG_STATUS_BKPT 0x00000002u
#define DBG_STATUS_IMM 0x0000ff00u
#define DBG_STATUS_IMM_SHIFT 8

/* Where the last BKPT was. */
#define DBG_PC REG32(0x40020034)

/* Accesses that hardware ignored; stops at its maximum, any write zeroes it. */
#define UNK_COUNT REG32(0x40020040)

/* Address of the last one. */
#define UNK_ADDR REG32(0x40020044)

/* Instruction of the last one. */
#define UNK_PC REG32(0x40020048)

/* What was wrong with the last one. */
#define UNK_INFO REG32(0x4002004c)
#define UNK_INFO_WRITE 0x00000001u
#define UNK_INFO_BYTES 0x0000000eu
#define UNK_INFO_BYTES_SHIFT 1
#define UNK_INFO_KIND 0x000000f0u
#define UNK_INFO_KIND_SHIFT 4
#define UNK_INFO_KIND_UNDEFINED 0x1
#define UNK_INFO_KIND_WIDTH 0x2
#define UNK_INFO_KIND_RESERVED_BIT 0x3
#define UNK_INFO_KIND_REFUSED 0x4
#define UNK_INFO_KIND_WRONG_STATE 0x5

/* Doorbell pages that rang, whatever state the core was in. */
#define DB_PENDING REG64(0x40020100)
#define DB_PENDING_DB 0x00ffffffu
#define DB_PENDING_DB_SHIFT 0

/* Enables of DB_PENDING. */
#define DB_MASK REG64(0x40020108)
#define DB_MASK_DB 0x00ffffffu
#define DB_MASK_DB_SHIFT 0

/* Sets bits of JOB_INT_RAWSTAT and reads them back; only the host clears. */
#define HOST_IRQ REG32(0x40020110)
#define HOST_IRQ_CSG 0x7fffffffu
#define HOST_IRQ_CSG_SHIFT 0
#define HOST_IRQ_GLB 0x80000000u

/* System counter plus GPU_TIMESTAMP_OFFSET. */
#define TIME_STAMP REG64(0x40020180)

/* GPU cycles since power-on; never stops. */
#define TIME_CYCLES REG64(0x40020188)

/* Counters the host sees. */
#define TIME_CTRL REG32(0x40020190)
#define TIME_CTRL_COUNT_EN 0x00000001u

/* Timers that fired. */
#define TIMER_EVENT REG32(0x40020198)
#define TIMER_EVENT_TIMER 0x0000ffffu
#define TIMER_EVENT_TIMER_SHIFT 0

/* Enables of TIMER_EVENT. */
#define TIMER_MASK REG32(0x4002019c)
#define TIMER_MASK_TIMER 0x0000ffffu
#define TIMER_MASK_TIMER_SHIFT 0

/* One-shot timer: fires once its source reaches TIMER_CMP, then switches itself off. */
#define TIMER_CTRL(i) REG32(0x40020200 + 0x10 * (i))
#define TIMER_CTRL_EN 0x00000001u
#define TIMER_CTRL_SRC 0x00000002u
#define TIMER_CTRL_SRC_TIMESTAMP 0x0
#define TIMER_CTRL_SRC_CYCLES 0x1

/* When the timer fires; written while it is off. */
#define TIMER_CMP(i) REG64(0x40020208 + 0x10 * (i))

/* Watchdog period. Expiry is an NMI, a second one without a kick is FATAL; it rests while the core sleeps. */
#define WDOG_LOAD REG32(0x40020300)

/* Reloads the watchdog. */
#define WDOG_KICK REG32(0x40020304)

/* Window slice onto another address space; a write forgets the slice fault. */
#define WIN_CTRL(i) REG32(0x40022100 + 0x20 * (i))
#define WIN_CTRL_EN 0x00000001u
#define WIN_CTRL_WRITE 0x00000002u
#define WIN_CTRL_TRAP 0x00000004u
#define WIN_CTRL_AS 0x000000f0u
#define WIN_CTRL_AS_SHIFT 4

/* First fault of the slice, laid out as AS_FAULTSTATUS; 0 none. */
#define WIN_STATUS(i) REG32(0x40022104 + 0x20 * (i))
#define WIN_STATUS_EXC 0x000000ffu
#define WIN_STATUS_EXC_SHIFT 0
#define WIN_STATUS_ACCESS 0x00000300u
#define WIN_STATUS_ACCESS_SHIFT 8
#define WIN_STATUS_ACCESS_ATOMIC 0x0
#define WIN_STATUS_ACCESS_EXECUTE 0x1
#define WIN_STATUS_ACCESS_READ 0x2
#define WIN_STATUS_ACCESS_WRITE 0x3

/* Where the slice begins in that address space. */
#define WIN_BASE(i) REG64(0x40022108 + 0x20 * (i))

/* Address of the slice fault. */
#define WIN_FADDR(i) REG64(0x40022110 + 0x20 * (i))

/* Cores for compute jobs of the group. */
#define CSG_EP_COMPUTE(i) REG64(0x40024000 + 0x100 * (i))

/* Cores for fragment jobs of the group. */
#define CSG_EP_FRAGMENT(i) REG64(0x40024008 + 0x100 * (i))

/* Tilers for jobs of the group. */
#define CSG_EP_TILER(i) REG64(0x40024010 + 0x100 * (i))

/* Most endpoints at a time, and priority. */
#define CSG_EP_LIMIT(i) REG32(0x40024018 + 0x100 * (i))
#define CSG_EP_LIMIT_COMPUTE 0x000000ffu
#define CSG_EP_LIMIT_COMPUTE_SHIFT 0
#define CSG_EP_LIMIT_FRAGMENT 0x0000ff00u
#define CSG_EP_LIMIT_FRAGMENT_SHIFT 8
#define CSG_EP_LIMIT_TILER 0x000f0000u
#define CSG_EP_LIMIT_TILER_SHIFT 16
#define CSG_EP_LIMIT_EXCL_COMPUTE 0x00100000u
#define CSG_EP_LIMIT_EXCL_FRAGMENT 0x00200000u
#define CSG_EP_LIMIT_PRIO 0xf0000000u
#define CSG_EP_LIMIT_PRIO_SHIFT 28

/* Endpoints in use. */
#define CSG_EP_CURRENT(i) REG32(0x4002401c + 0x100 * (i))
#define CSG_EP_CURRENT_COMPUTE 0x000000ffu
#define CSG_EP_CURRENT_COMPUTE_SHIFT 0
#define CSG_EP_CURRENT_FRAGMENT 0x0000ff00u
#define CSG_EP_CURRENT_FRAGMENT_SHIFT 8
#define CSG_EP_CURRENT_TILER 0x000f0000u
#define CSG_EP_CURRENT_TILER_SHIFT 16
#define CSG_EP_CURRENT_EXCL_COMPUTE 0x00100000u
#define CSG_EP_CURRENT_EXCL_FRAGMENT 0x00200000u
#define CSG_EP_CURRENT_PRIO 0xf0000000u
#define CSG_EP_CURRENT_PRIO_SHIFT 28

/* Address space of the group, which a stream takes at START, and requests that need no firmware. */
#define CSG_CTRL(i) REG32(0x40024020 + 0x100 * (i))
#define CSG_CTRL_AS 0x0000000fu
#define CSG_CTRL_AS_SHIFT 0
#define CSG_CTRL_AUTO 0x00001f00u
#define CSG_CTRL_AUTO_SHIFT 8

/* State of the group, a bit per stream or class. */
#define CSG_STATE(i) REG32(0x40024024 + 0x100 * (i))
#define CSG_STATE_STARTED 0x000000ffu
#define CSG_STATE_STARTED_SHIFT 0
#define CSG_STATE_QUIET 0x0000ff00u
#define CSG_STATE_QUIET_SHIFT 8
#define CSG_STATE_JOBS 0x00ff0000u
#define CSG_STATE_JOBS_SHIFT 16
#define CSG_STATE_CLASSES 0x07000000u
#define CSG_STATE_CLASSES_SHIFT 24

/* Tasks that ended, per class. */
#define CSG_TASKS(i, k) REG32(0x40024028 + 0x100 * (i) + 0x4 * (k))

/* News of the classes. */
#define EP_EVENT REG32(0x40024800)
#define EP_EVENT_IDLE 0x00000007u
#define EP_EVENT_IDLE_SHIFT 0
#define EP_EVENT_STARVED 0x00000070u
#define EP_EVENT_STARVED_SHIFT 4

/* Enables of EP_EVENT. */
#define EP_MASK REG32(0x40024804)
#define EP_MASK_IDLE 0x00000007u
#define EP_MASK_IDLE_SHIFT 0
#define EP_MASK_STARVED 0x00000070u
#define EP_MASK_STARVED_SHIFT 4

/* Classes with jobs. */
#define EP_ACTIVE REG32(0x40024808)
#define EP_ACTIVE_BUSY 0x00000007u
#define EP_ACTIVE_BUSY_SHIFT 0

/* Cores at work. */
#define EP_CORES REG64(0x40024810)

/* Interfaces with an enabled event. */
#define CS_PENDING REG64(0x40024900)

/* Makes blocked SYNC_WAITs look again. */
#define CS_KICK REG32(0x40024908)
#define CS_KICK_GROUP 0x000000ffu
#define CS_KICK_GROUP_SHIFT 0

/* Performance counters on or off. */
#define PRF_CTRL REG32(0x40025000)
#define PRF_CTRL_EN 0x00000001u
#define PRF_CTRL_AS 0x000000f0u
#define PRF_CTRL_AS_SHIFT 4

/* Acts on the counters, in the order of the bits. */
#define PRF_CMD REG32(0x40025004)
#define PRF_CMD_SAMPLE 0x00000001u
#define PRF_CMD_CLEAR 0x00000002u

/* Sample written or failed. */
#define PRF_EVENT REG32(0x40025008)
#define PRF_EVENT_DONE 0x00000001u
#define PRF_EVENT_FAIL 0x00000002u

/* Enables of PRF_EVENT. */
#define PRF_MASK REG32(0x4002500c)
#define PRF_MASK_DONE 0x00000001u
#define PRF_MASK_FAIL 0x00000002u

/* Where samples go. */
#define PRF_DST REG64(0x40025010)

/* Blocks of a sample. */
#define PRF_ENABLE REG32(0x40025018)
#define PRF_ENABLE_CSF 0x00000001u
#define PRF_ENABLE_MEM 0x00000002u
#define PRF_ENABLE_TILER 0x00000004u
#define PRF_ENABLE_SHADER 0x00000008u

/* One command-stream interface; cs is its number, 8 * group + stream. */

/* Command to the stream. */
#define CS_CMD_OFFSET 0x0
#define CS_CMD(cs) REG32(STREAM_BASE + STREAM_STRIDE * (cs) + 0x0)
#define CS_CMD_CMD 0x0000000fu
#define CS_CMD_TYPE 0x0000ff00u
#define CS_CMD_TYPE_SHIFT 8

/* State of the stream. */
#define CS_STATUS_OFFSET 0x4
#define CS_STATUS(cs) REG32(STREAM_BASE + STREAM_STRIDE * (cs) + 0x4)
#define CS_STATUS_STATE 0x0000000fu
#define CS_STATUS_STATE_SHIFT 0
#define CS_STATUS_STATE_STOPPED 0x0
#define CS_STATUS_STATE_RUNNING 0x1
#define CS_STATUS_STATE_BLOCKED 0x2
#define CS_STATUS_STATE_EMPTY 0x3
#define CS_STATUS_STATE_FATAL 0x4
#define CS_STATUS_REASON 0x000000f0u
#define CS_STATUS_REASON_SHIFT 4
#define CS_STATUS_REASON_UNBLOCKED 0x0
#define CS_STATUS_REASON_SB_WAIT 0x1
#define CS_STATUS_REASON_PROGRESS_WAIT 0x2
#define CS_STATUS_REASON_SYNC_WAIT 0x3
#define CS_STATUS_REASON_DEFERRED 0x4
#define CS_STATUS_REASON_RESOURCE 0x5
#define CS_STATUS_REASON_FLUSH 0x6
#define CS_STATUS_REASON_FAULT_HOLD 0x7
#define CS_STATUS_REASON_TRACE_HOLD 0x8
#define CS_STATUS_REASON_PROTM 0x9
#define CS_STATUS_HANDLER 0x00000100u
#define CS_STATUS_ERROR 0x00000200u
#define CS_STATUS_BUSY 0x00000400u
#define CS_STATUS_REFUSED 0x00000800u
#define CS_STATUS_JOBS 0x003f0000u
#define CS_STATUS_JOBS_SHIFT 16
#define CS_STATUS_DEFER 0x1f000000u
#define CS_STATUS_DEFER_SHIFT 24

/* News of the stream. */
#define CS_EVENT_OFFSET 0x8
#define CS_EVENT(cs) REG32(STREAM_BASE + STREAM_STRIDE * (cs) + 0x8)
#define CS_EVENT_QUIET 0x00000001u
#define CS_EVENT_BUSY 0x00000002u
#define CS_EVENT_SYNC_BLOCKED 0x00000004u
#define CS_EVENT_RESOURCE 0x00000008u
#define CS_EVENT_SYNC_UPDATE 0x00000010u
#define CS_EVENT_FAULT 0x00000020u
#define CS_EVENT_FATAL 0x00000040u
#define CS_EVENT_TILER_OOM 0x00000080u
#define CS_EVENT_EXC_DONE 0x00000100u
#define CS_EVENT_PROGRESS 0x00000200u
#define CS_EVENT_TRACE 0x00000400u
#define CS_EVENT_PROTM 0x00000800u
#define CS_EVENT_CMD_DONE 0x00001000u
#define CS_EVENT_EXTRACT 0x00002000u
#define CS_EVENT_HEAP_FREE 0x00004000u
#define CS_EVENT_JOB_DONE 0x00008000u

/* Enables of CS_EVENT. */
#define CS_MASK_OFFSET 0xc
#define CS_MASK(cs) REG32(STREAM_BASE + STREAM_STRIDE * (cs) + 0xc)
#define CS_MASK_QUIET 0x00000001u
#define CS_MASK_BUSY 0x00000002u
#define CS_MASK_SYNC_BLOCKED 0x00000004u
#define CS_MASK_RESOURCE 0x00000008u
#define CS_MASK_SYNC_UPDATE 0x00000010u
#define CS_MASK_FAULT 0x00000020u
#define CS_MASK_FATAL 0x00000040u
#define CS_MASK_TILER_OOM 0x00000080u
#define CS_MASK_EXC_DONE 0x00000100u
#define CS_MASK_PROGRESS 0x00000200u
#define CS_MASK_TRACE 0x00000400u
#define CS_MASK_PROTM 0x00000800u
#define CS_MASK_CMD_DONE 0x00001000u
#define CS_MASK_EXTRACT 0x00002000u
#define CS_MASK_HEAP_FREE 0x00004000u
#define CS_MASK_JOB_DONE 0x00008000u

/* Priority in the group. */
#define CS_PRIO_OFFSET 0x10
#define CS_PRIO(cs) REG32(STREAM_BASE + STREAM_STRIDE * (cs) + 0x10)
#define CS_PRIO_PRIO 0x0000000fu
#define CS_PRIO_PRIO_SHIFT 0

/* Which interface this is. */
#define CS_ID_OFFSET 0x14
#define CS_ID(cs) REG32(STREAM_BASE + STREAM_STRIDE * (cs) + 0x14)
#define CS_ID_STREAM 0x0000001fu
#define CS_ID_STREAM_SHIFT 0
#define CS_ID_GROUP 0x00001f00u
#define CS_ID_GROUP_SHIFT 8

/* Ring buffer. */
#define CS_RING_BASE_OFFSET 0x18
#define CS_RING_BASE(cs) REG64(STREAM_BASE + STREAM_STRIDE * (cs) + 0x18)

/* Size of the ring buffer; START refuses all but powers of two with a fatal CS_CONFIG_FAULT. */
#define CS_RING_SIZE_OFFSET 0x20
#define CS_RING_SIZE(cs) REG32(STREAM_BASE + STREAM_STRIDE * (cs) + 0x20)

/* Error state of the stream; ERROR_BARRIER leaves it. */
#define CS_ERROR_OFFSET 0x24
#define CS_ERROR(cs) REG32(STREAM_BASE + STREAM_STRIDE * (cs) + 0x24)
#define CS_ERROR_EXC 0x000000ffu
#define CS_ERROR_EXC_SHIFT 0

/* End of the ring contents; acts at the write of the high word. */
#define CS_INSERT_OFFSET 0x28
#define CS_INSERT(cs) REG64(STREAM_BASE + STREAM_STRIDE * (cs) + 0x28)

/* Ring contents retired; a CALL counts when it returns. */
#define CS_EXTRACT_OFFSET 0x30
#define CS_EXTRACT(cs) REG64(STREAM_BASE + STREAM_STRIDE * (cs) + 0x30)

/* Resources the stream asks for. */
#define CS_RES_REQ_OFFSET 0x38
#define CS_RES_REQ(cs) REG32(STREAM_BASE + STREAM_STRIDE * (cs) + 0x38)
#define CS_RES_REQ_COMPUTE 0x00000001u
#define CS_RES_REQ_FRAGMENT 0x00000002u
#define CS_RES_REQ_TILER 0x00000004u
#define CS_RES_REQ_IDVS 0x00000008u
#define CS_RES_REQ_RT 0x00000010u

/* Resources the firmware grants; bits no longer asked for drop out. */
#define CS_RES_GRANT_OFFSET 0x3c
#define CS_RES_GRANT(cs) REG32(STREAM_BASE + STREAM_STRIDE * (cs) + 0x3c)
#define CS_RES_GRANT_BITS 0x0000001fu
#define CS_RES_GRANT_BITS_SHIFT 0

/* Instruction to execute. */
#define CS_PC_OFFSET 0x40
#define CS_PC(cs) REG64(STREAM_BASE + STREAM_STRIDE * (cs) + 0x40)

/* End of the current frame; the ring has none. */
#define CS_END_OFFSET 0x48
#define CS_END(cs) REG64(STREAM_BASE + STREAM_STRIDE * (cs) + 0x48)

/* Call depth. */
#define CS_DEPTH_OFFSET 0x50
#define CS_DEPTH(cs) REG32(STREAM_BASE + STREAM_STRIDE * (cs) + 0x50)
#define CS_DEPTH_DEPTH 0x0000000fu
#define CS_DEPTH_DEPTH_SHIFT 0
#define CS_DEPTH_INT_DEPTH 0x000000f0u
#define CS_DEPTH_INT_DEPTH_SHIFT 4
#define CS_DEPTH_HANDLER 0x00000100u
#define CS_DEPTH_TYPE 0x00003000u
#define CS_DEPTH_TYPE_SHIFT 12

/* Scoreboard entries that operations use. */
#define CS_SB_SEL_OFFSET 0x54
#define CS_SB_SEL(cs) REG32(STREAM_BASE + STREAM_STRIDE * (cs) + 0x54)
#define CS_SB_SEL_EP 0x0000000fu
#define CS_SB_SEL_EP_SHIFT 0
#define CS_SB_SEL_OTHER 0x000000f0u
#define CS_SB_SEL_OTHER_SHIFT 4
#define CS_SB_SEL_DEFERRED 0x00000f00u
#define CS_SB_SEL_DEFERRED_SHIFT 8

/* Scoreboard entries in use. */
#define CS_SB_BUSY_OFFSET 0x58
#define CS_SB_BUSY(cs) REG32(STREAM_BASE + STREAM_STRIDE * (cs) + 0x58)
#define CS_SB_BUSY_ENTRY 0x0000ffffu
#define CS_SB_BUSY_ENTRY_SHIFT 0

/* Scoreboard masks of architecture 11 and up; reads 0 here. */
#define CS_SB_MASKS_OFFSET 0x5c
#define CS_SB_MASKS(cs) REG32(STREAM_BASE + STREAM_STRIDE * (cs) + 0x5c)
#define CS_SB_MASKS_STREAM 0x0000ffffu
#define CS_SB_MASKS_STREAM_SHIFT 0
#define CS_SB_MASKS_WAIT 0xffff0000u
#define CS_SB_MASKS_WAIT_SHIFT 16

/* What a blocked stream waits for, laid out as status_wait. */
#define CS_WAIT_OFFSET 0x60
#define CS_WAIT(cs) REG32(STREAM_BASE + STREAM_STRIDE * (cs) + 0x60)
#define CS_WAIT_SB_MASK 0x0000ffffu
#define CS_WAIT_SB_MASK_SHIFT 0
#define CS_WAIT_SB_SOURCE 0x000f0000u
#define CS_WAIT_SB_SOURCE_SHIFT 16
#define CS_WAIT_SB_SOURCE_NONE 0x0
#define CS_WAIT_SB_SOURCE_WAIT 0x8
#define CS_WAIT_COND 0x0f000000u
#define CS_WAIT_COND_SHIFT 24
#define CS_WAIT_COND_LE 0x0
#define CS_WAIT_COND_GT 0x1
#define CS_WAIT_PROGRESS 0x10000000u
#define CS_WAIT_PROTM 0x20000000u
#define CS_WAIT_SYNC64 0x40000000u
#define CS_WAIT_SYNC 0x80000000u

/* Sync object of the wait. */
#define CS_WAIT_ADDR_OFFSET 0x68
#define CS_WAIT_ADDR(cs) REG64(STREAM_BASE + STREAM_STRIDE * (cs) + 0x68)

/* Value the wait compares with. */
#define CS_WAIT_VALUE_OFFSET 0x70
#define CS_WAIT_VALUE(cs) REG64(STREAM_BASE + STREAM_STRIDE * (cs) + 0x70)

/* Progress counter of the stream. */
#define CS_PROGRESS_OFFSET 0x78
#define CS_PROGRESS(cs) REG64(STREAM_BASE + STREAM_STRIDE * (cs) + 0x78)

/* Heap context last set. */
#define CS_HEAP_OFFSET 0x80
#define CS_HEAP(cs) REG64(STREAM_BASE + STREAM_STRIDE * (cs) + 0x80)

/* Heap context that ran out. */
#define CS_OOM_HEAP_OFFSET 0x88
#define CS_OOM_HEAP(cs) REG64(STREAM_BASE + STREAM_STRIDE * (cs) + 0x88)

/* Render passes begun on it. */
#define CS_OOM_VT_START_OFFSET 0x90
#define CS_OOM_VT_START(cs) REG32(STREAM_BASE + STREAM_STRIDE * (cs) + 0x90)

/* Render passes tiled on it. */
#define CS_OOM_VT_END_OFFSET 0x94
#define CS_OOM_VT_END(cs) REG32(STREAM_BASE + STREAM_STRIDE * (cs) + 0x94)

/* Render passes finished on it. */
#define CS_OOM_FRAG_END_OFFSET 0x98
#define CS_OOM_FRAG_END(cs) REG32(STREAM_BASE + STREAM_STRIDE * (cs) + 0x98)

/* First chunk OOM_RETRY links; 0 for none. */
#define CS_HEAP_FIRST_OFFSET 0xa0
#define CS_HEAP_FIRST(cs) REG64(STREAM_BASE + STREAM_STRIDE * (cs) + 0xa0)

/* Last chunk OOM_RETRY links. */
#define CS_HEAP_LAST_OFFSET 0xa8
#define CS_HEAP_LAST(cs) REG64(STREAM_BASE + STREAM_STRIDE * (cs) + 0xa8)

/* Fault, kept until its event is cleared. */
#define CS_FAULT_OFFSET 0xb0
#define CS_FAULT(cs) REG32(STREAM_BASE + STREAM_STRIDE * (cs) + 0xb0)
#define CS_FAULT_EXC 0x000000ffu
#define CS_FAULT_EXC_SHIFT 0
#define CS_FAULT_DATA 0xffffff00u
#define CS_FAULT_DATA_SHIFT 8

/* Fatal error, kept until RESET. */
#define CS_FATAL_OFFSET 0xb4
#define CS_FATAL(cs) REG32(STREAM_BASE + STREAM_STRIDE * (cs) + 0xb4)
#define CS_FATAL_EXC 0x000000ffu
#define CS_FATAL_EXC_SHIFT 0
#define CS_FATAL_DATA 0xffffff00u
#define CS_FATAL_DATA_SHIFT 8

/* Address of the fault: data, shader or descriptor. */
#define CS_FAULT_INFO_OFFSET 0xb8
#define CS_FAULT_INFO(cs) REG64(STREAM_BASE + STREAM_STRIDE * (cs) + 0xb8)

/* Instruction of the fatal error, or address of a bus fault. */
#define CS_FATAL_INFO_OFFSET 0xc0
#define CS_FATAL_INFO(cs) REG64(STREAM_BASE + STREAM_STRIDE * (cs) + 0xc0)

/* CS_EXTRACT when the faulting operation was issued. */
#define CS_FAULT_EXTRACT_OFFSET 0xc8
#define CS_FAULT_EXTRACT(cs) REG64(STREAM_BASE + STREAM_STRIDE * (cs) + 0xc8)

/* Registers a TRACE_POINT shows. */
#define CS_TRACE_OFFSET 0xd0
#define CS_TRACE(cs) REG32(STREAM_BASE + STREAM_STRIDE * (cs) + 0xd0)
#define CS_TRACE_BASE 0x000000ffu
#define CS_TRACE_BASE_SHIFT 0
#define CS_TRACE_COUNT 0x0000ff00u
#define CS_TRACE_COUNT_SHIFT 8

/* Instructions the stream has completed; RESET zeroes it. */
#define CS_INSTRS_OFFSET 0xd8
#define CS_INSTRS(cs) REG64(STREAM_BASE + STREAM_STRIDE * (cs) + 0xd8)

/* Exception handler by type; 2 is tiler out of memory. */
#define CS_EXC_ADDR_OFFSET 0xe0
#define CS_EXC_ADDR(cs, i) REG64(STREAM_BASE + STREAM_STRIDE * (cs) + 0xe0 + 0x10 * (i))

/* Length of the handler; 0 for none. */
#define CS_EXC_LEN_OFFSET 0xe8
#define CS_EXC_LEN(cs, i) REG32(STREAM_BASE + STREAM_STRIDE * (cs) + 0xe8 + 0x10 * (i))

/* Return address: 1..7 of the stream, 8 where it was interrupted, 9..15 of the handler. */
#define CS_FRAME_IP_OFFSET 0x140
#define CS_FRAME_IP(cs, i) REG64(STREAM_BASE + STREAM_STRIDE * (cs) + 0x140 + 0x10 * (i))

/* End of the frame returned to. */
#define CS_FRAME_END_OFFSET 0x148
#define CS_FRAME_END(cs, i) REG64(STREAM_BASE + STREAM_STRIDE * (cs) + 0x148 + 0x10 * (i))

/* Scoreboard entry: jobs, deferred and memory operations it counts. */
#define CS_SB_OFFSET 0x240
#define CS_SB(cs, i) REG32(STREAM_BASE + STREAM_STRIDE * (cs) + 0x240 + 0x4 * (i))

/* Stream registers r0 to r95. */
#define CS_REG_OFFSET 0x400
#define CS_REG(cs, i) REG32(STREAM_BASE + STREAM_STRIDE * (cs) + 0x400 + 0x4 * (i))

/* Deferred operation. */
#define DEFER_INSTR_OFFSET 0x600
#define DEFER_INSTR(cs, i) REG64(STREAM_BASE + STREAM_STRIDE * (cs) + 0x600 + 0x20 * (i))

/* Its address, flush id or first chunk. */
#define DEFER_ADDR_OFFSET 0x608
#define DEFER_ADDR(cs, i) REG64(STREAM_BASE + STREAM_STRIDE * (cs) + 0x608 + 0x20 * (i))

/* Its data or last chunk. */
#define DEFER_DATA_OFFSET 0x610
#define DEFER_DATA(cs, i) REG64(STREAM_BASE + STREAM_STRIDE * (cs) + 0x610 + 0x20 * (i))

/* What it still waits for. */
#define DEFER_DEPS_OFFSET 0x618
#define DEFER_DEPS(cs, i) REG32(STREAM_BASE + STREAM_STRIDE * (cs) + 0x618 + 0x20 * (i))
#define DEFER_DEPS_JOB 0x0000003fu
#define DEFER_DEPS_JOB_SHIFT 0
#define DEFER_DEPS_DEFER 0xffff0000u
#define DEFER_DEPS_DEFER_SHIFT 16

/* Place of the operation; entries 12..15 are for handlers. */
#define DEFER_CTRL_OFFSET 0x61c
#define DEFER_CTRL(cs, i) REG32(STREAM_BASE + STREAM_STRIDE * (cs) + 0x61c + 0x20 * (i))
#define DEFER_CTRL_VALID 0x00000001u
#define DEFER_CTRL_SLOT 0x000000f0u
#define DEFER_CTRL_SLOT_SHIFT 4
#define DEFER_CTRL_SEQ 0xffff0000u
#define DEFER_CTRL_SEQ_SHIFT 16

/* Job context 2 * class + {0, 1}. */
#define JOB_CTRL_OFFSET 0x800
#define JOB_CTRL(cs, i) REG32(STREAM_BASE + STREAM_STRIDE * (cs) + 0x800 + 0x140 * (i))
#define JOB_CTRL_VALID 0x00000001u
#define JOB_CTRL_OP 0x00000ff0u
#define JOB_CTRL_OP_SHIFT 4
#define JOB_CTRL_SLOT 0x0000f000u
#define JOB_CTRL_SLOT_SHIFT 12
#define JOB_CTRL_STATE 0x000f0000u
#define JOB_CTRL_STATE_SHIFT 16
#define JOB_CTRL_STATE_FREE 0x0
#define JOB_CTRL_STATE_QUEUED 0x1
#define JOB_CTRL_STATE_RUNNING 0x2
#define JOB_CTRL_STATE_PREEMPTED 0x3
#define JOB_CTRL_STATE_OOM_WAIT 0x4
#define JOB_CTRL_STATE_FAULTED 0x5

/* Order of issue. */
#define JOB_SEQ_OFFSET 0x804
#define JOB_SEQ(cs, i) REG32(STREAM_BASE + STREAM_STRIDE * (cs) + 0x804 + 0x140 * (i))

/* Instruction of the job. */
#define JOB_INSTR_OFFSET 0x808
#define JOB_INSTR(cs, i) REG64(STREAM_BASE + STREAM_STRIDE * (cs) + 0x808 + 0x140 * (i))

/* First task not begun. */
#define JOB_NEXT_OFFSET 0x810
#define JOB_NEXT(cs, i) REG64(STREAM_BASE + STREAM_STRIDE * (cs) + 0x810 + 0x140 * (i))

/* Number of tasks. */
#define JOB_TOTAL_OFFSET 0x818
#define JOB_TOTAL(cs, i) REG64(STREAM_BASE + STREAM_STRIDE * (cs) + 0x818 + 0x140 * (i))

/* CS_EXTRACT at issue. */
#define JOB_EXTRACT_OFFSET 0x820
#define JOB_EXTRACT(cs, i) REG64(STREAM_BASE + STREAM_STRIDE * (cs) + 0x820 + 0x140 * (i))

/* CS_HEAP at issue. */
#define JOB_HEAP_OFFSET 0x828
#define JOB_HEAP(cs, i) REG64(STREAM_BASE + STREAM_STRIDE * (cs) + 0x828 + 0x140 * (i))

/* Draw descriptor or draw id; the fault word once FAULTED. */
#define JOB_AUX_OFFSET 0x830
#define JOB_AUX(cs, i) REG64(STREAM_BASE + STREAM_STRIDE * (cs) + 0x830 + 0x140 * (i))

/* Fault information once FAULTED. */
#define JOB_INFO_OFFSET 0x838
#define JOB_INFO(cs, i) REG64(STREAM_BASE + STREAM_STRIDE * (cs) + 0x838 + 0x140 * (i))

/* Stream registers r0 to r63 at issue. */
#define JOB_REG_OFFSET 0x840
#define JOB_REG(cs, i, k) REG32(STREAM_BASE + STREAM_STRIDE * (cs) + 0x840 + 0x140 * (i) + 0x4 * (k))

#endif
