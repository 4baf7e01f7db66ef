/* Generated from src/spec by `tyr fw build`. Do not edit. */
#ifndef CSF_INTERFACE_H
#define CSF_INTERFACE_H

#include "types.h"

#define SHARED_BASE 0x04000000
#define CSG_CONTROL_BASE 0x1000
#define CS_CONTROL_BASE 0x40
#define JOB_INT_GLOBAL 31
#define TIMER_UNIT_TICKS 1024

#define GLB_REQ_HALT 0x00000001u
#define GLB_REQ_CFG_PROGRESS_TIMER 0x00000002u
#define GLB_REQ_CFG_ALLOC_EN 0x00000004u
#define GLB_REQ_CFG_POWEROFF_TIMER 0x00000008u
#define GLB_REQ_PROTM_ENTER 0x00000010u
#define GLB_REQ_PERFCNT_EN 0x00000020u
#define GLB_REQ_PERFCNT_SAMPLE 0x00000040u
#define GLB_REQ_COUNTER_EN 0x00000080u
#define GLB_REQ_PING 0x00000100u
#define GLB_REQ_FWCFG_UPDATE 0x00000200u
#define GLB_REQ_IDLE_EN 0x00000400u
#define GLB_REQ_ITER_TRACE_EN 0x00000800u
#define GLB_REQ_SLEEP 0x00001000u
#define GLB_REQ_STATE 0x00007000u
#define GLB_REQ_INACTIVE_COMPUTE 0x00100000u
#define GLB_REQ_INACTIVE_FRAGMENT 0x00200000u
#define GLB_REQ_INACTIVE_TILER 0x00400000u
#define GLB_REQ_PROTM_EXIT 0x00800000u
#define GLB_REQ_PERFCNT_THRESHOLD 0x01000000u
#define GLB_REQ_PERFCNT_OVERFLOW 0x02000000u
#define GLB_REQ_IDLE 0x04000000u
#define GLB_REQ_DBG_CSF 0x40000000u
#define GLB_REQ_DBG_HOST 0x80000000u
#define GLB_REQ_ALL_TOGGLE 0x0000135eu
#define GLB_REQ_ALL_LEVEL 0x00007ca1u
#define GLB_REQ_ALL_EVENT 0xc7f00000u
#define GLB_REQ_STATE_ACTIVE 0
#define GLB_REQ_STATE_HALT 1
#define GLB_REQ_STATE_SLEEP 2
#define GLB_REQ_STATE_SUSPEND 3

#define CSG_REQ_STATE 0x00000007u
#define CSG_REQ_ENDPOINT_CONFIG 0x00000010u
#define CSG_REQ_STATUS_UPDATE 0x00000020u
#define CSG_REQ_SYNC_UPDATE 0x10000000u
#define CSG_REQ_IDLE 0x20000000u
#define CSG_REQ_DOORBELL 0x40000000u
#define CSG_REQ_PROGRESS_TIMER_EVENT 0x80000000u
#define CSG_REQ_ALL_TOGGLE 0x00000030u
#define CSG_REQ_ALL_LEVEL 0x00000007u
#define CSG_REQ_ALL_EVENT 0xf0000000u
#define CSG_REQ_STATE_TERMINATE 0
#define CSG_REQ_STATE_START 1
#define CSG_REQ_STATE_SUSPEND 2
#define CSG_REQ_STATE_RESUME 3

#define CS_REQ_STATE 0x00000007u
#define CS_REQ_EXTRACT_EVENT 0x00000010u
#define CS_REQ_IDLE_SYNC_WAIT 0x00000100u
#define CS_REQ_IDLE_PROTM_PENDING 0x00000200u
#define CS_REQ_IDLE_EMPTY 0x00000400u
#define CS_REQ_IDLE_RESOURCE_REQ 0x00000800u
#define CS_REQ_IDLE_SHARED_SB_DEC 0x00001000u
#define CS_REQ_TILER_OOM 0x04000000u
#define CS_REQ_PROTM_PENDING 0x08000000u
#define CS_REQ_FATAL 0x40000000u
#define CS_REQ_FAULT 0x80000000u
#define CS_REQ_ALL_TOGGLE 0x00000010u
#define CS_REQ_ALL_LEVEL 0x00001f07u
#define CS_REQ_ALL_EVENT 0xcc000000u
#define CS_REQ_STATE_STOP 0
#define CS_REQ_STATE_START 1

struct glb_control {
  volatile u32 version; /* Interface version; 0 until the firmware has booted */
  volatile u32 features; /* What the firmware can do beyond the base protocol */
  volatile u32 input_va; /* MCU address of GLB_INPUT, inside the shared section */
  volatile u32 output_va; /* MCU address of GLB_OUTPUT, inside the shared section */
  volatile u32 group_num; /* CSG slots */
  volatile u32 group_stride; /* Bytes from one CSG_CONTROL to the next */
  volatile u32 perfcnt_size; /* Bytes of a counter sample in units of 256 */
  volatile u32 instr_features; /* Queue instrumentation, valid from 1.1.0 on */
};
#define GLB_CONTROL_VERSION_PATCH 0x0000ffffu
#define GLB_CONTROL_VERSION_PATCH_SHIFT 0
#define GLB_CONTROL_VERSION_MINOR 0x00ff0000u
#define GLB_CONTROL_VERSION_MINOR_SHIFT 16
#define GLB_CONTROL_VERSION_MAJOR 0xff000000u
#define GLB_CONTROL_VERSION_MAJOR_SHIFT 24
#define GLB_CONTROL_FEATURES_COMPUTE_SUSPEND 0x00000001u
#define GLB_CONTROL_FEATURES_FRAGMENT_SUSPEND 0x00000002u
#define GLB_CONTROL_FEATURES_TILER_SUSPEND 0x00000004u
#define GLB_CONTROL_FEATURES_PROGRESS_MULTI_WAIT 0x00000008u
#define GLB_CONTROL_FEATURES_ITER_TRACE 0x00000010u
#define GLB_CONTROL_GROUP_NUM_COUNT 0x0000001fu
#define GLB_CONTROL_GROUP_NUM_COUNT_SHIFT 0
#define GLB_CONTROL_PERFCNT_SIZE_HARDWARE 0x0000ffffu
#define GLB_CONTROL_PERFCNT_SIZE_HARDWARE_SHIFT 0
#define GLB_CONTROL_PERFCNT_SIZE_FIRMWARE 0xffff0000u
#define GLB_CONTROL_PERFCNT_SIZE_FIRMWARE_SHIFT 16
#define GLB_CONTROL_INSTR_FEATURES_OFFSET_UPDATE_RATE 0x0000000fu
#define GLB_CONTROL_INSTR_FEATURES_OFFSET_UPDATE_RATE_SHIFT 0
#define GLB_CONTROL_INSTR_FEATURES_EVENT_SIZE_MAX 0x000000f0u
#define GLB_CONTROL_INSTR_FEATURES_EVENT_SIZE_MAX_SHIFT 4

struct glb_input {
  volatile u32 req; /* Requests of the host */
  volatile u32 ack_irq_mask; /* Bits of GLB_ACK whose change raises JOB_INT bit 31 */
  volatile u32 doorbell_req; /* Bit n flipped against DOORBELL_ACK: look at CSG n */
  u32 gap_c[1];
  volatile u32 progress_timer; /* Units of 1024 GPU cycles without progress; 0 off */
  volatile u32 poweroff_timer; /* How long idle shader cores stay powered */
  reg64 core_en_mask; /* Shader cores the firmware may use */
  volatile u32 protm_coherency; /* Coherency of protected mode */
  volatile u32 perfcnt_as; /* Address space of the sample ring */
  reg64 perfcnt_base; /* Address of the sample ring */
  volatile u32 perfcnt_extract; /* Samples the host has read */
  u32 gap_34[3];
  volatile u32 perfcnt_config; /* Shape of sampling */
  volatile u32 perfcnt_csg_select; /* CSG whose counters are taken */
  volatile u32 perfcnt_fw_enable; /* Counters of the firmware */
  volatile u32 perfcnt_csg_enable; /* Counters of the CSG */
  volatile u32 perfcnt_csf_enable; /* Counters of the command-stream front end */
  volatile u32 perfcnt_shader_enable; /* Counters of the shader cores */
  volatile u32 perfcnt_tiler_enable; /* Counters of the tiler */
  volatile u32 perfcnt_mmu_l2_enable; /* Counters of the memory system */
  u32 gap_60[8];
  volatile u32 idle_timer; /* How long all groups must be idle before GLB IDLE */
  volatile u32 idle_timer_config; /* Modifiers of the idle timer of later interfaces */
  u32 gap_88[2];
  volatile u32 eviction_timer; /* Eviction timer of later interfaces */
  volatile u32 eviction_timer_config; /* Modifiers of the eviction timer */
  u32 gap_98[978];
  volatile u32 fwutf_arg[4]; /* Arguments of a unit test */
  u32 gap_ff0[2];
  volatile u32 debug_ack_irq_mask; /* As ACK_IRQ_MASK for DEBUG_REQ */
  volatile u32 debug_req; /* Debug requests */
};
#define GLB_INPUT_DOORBELL_REQ_CSG 0x7fffffffu
#define GLB_INPUT_DOORBELL_REQ_CSG_SHIFT 0
#define GLB_INPUT_POWEROFF_TIMER_TIMEOUT 0x7fffffffu
#define GLB_INPUT_POWEROFF_TIMER_TIMEOUT_SHIFT 0
#define GLB_INPUT_POWEROFF_TIMER_SOURCE 0x80000000u
#define GLB_INPUT_POWEROFF_TIMER_SOURCE_SYSTEM_TIMER 0x0
#define GLB_INPUT_POWEROFF_TIMER_SOURCE_GPU_COUNTER 0x1
#define GLB_INPUT_PERFCNT_AS_AS 0x0000000fu
#define GLB_INPUT_PERFCNT_AS_AS_SHIFT 0
#define GLB_INPUT_PERFCNT_CONFIG_SIZE 0x000000ffu
#define GLB_INPUT_PERFCNT_CONFIG_SIZE_SHIFT 0
#define GLB_INPUT_PERFCNT_CONFIG_SET_SELECT 0x00000300u
#define GLB_INPUT_PERFCNT_CONFIG_SET_SELECT_SHIFT 8
#define GLB_INPUT_IDLE_TIMER_TIMEOUT 0x7fffffffu
#define GLB_INPUT_IDLE_TIMER_TIMEOUT_SHIFT 0
#define GLB_INPUT_IDLE_TIMER_SOURCE 0x80000000u
#define GLB_INPUT_IDLE_TIMER_SOURCE_SYSTEM_TIMER 0x0
#define GLB_INPUT_IDLE_TIMER_SOURCE_GPU_COUNTER 0x1
#define GLB_INPUT_IDLE_TIMER_CONFIG_NO_MODIFIER 0x00000001u
#define GLB_INPUT_IDLE_TIMER_CONFIG_SLEEP_ON_IDLE 0x00000200u
#define GLB_INPUT_EVICTION_TIMER_TIMEOUT 0x7fffffffu
#define GLB_INPUT_EVICTION_TIMER_TIMEOUT_SHIFT 0
#define GLB_INPUT_EVICTION_TIMER_SOURCE 0x80000000u
#define GLB_INPUT_EVICTION_TIMER_SOURCE_SYSTEM_TIMER 0x0
#define GLB_INPUT_EVICTION_TIMER_SOURCE_GPU_COUNTER 0x1

struct glb_output {
  volatile u32 ack; /* Answers to REQ, and events */
  u32 gap_4[1];
  volatile u32 doorbell_ack; /* Answer to DOORBELL_REQ */
  u32 gap_c[1];
  volatile u32 halt_status; /* Why the firmware stopped */
  volatile u32 perfcnt_status; /* What happened since the last sample */
  volatile u32 perfcnt_insert; /* Samples written */
  u32 gap_1c[1009];
  volatile u32 fwutf_result; /* Result of a unit test */
  u32 gap_fe4[6];
  volatile u32 debug_ack; /* Answers to DEBUG_REQ */
};
#define GLB_OUTPUT_DOORBELL_ACK_CSG 0x7fffffffu
#define GLB_OUTPUT_DOORBELL_ACK_CSG_SHIFT 0
#define GLB_OUTPUT_HALT_STATUS_STATUS_OK 0x0
#define GLB_OUTPUT_HALT_STATUS_STATUS_PANIC 0x4e
#define GLB_OUTPUT_HALT_STATUS_STATUS_WATCHDOG 0x4f
#define GLB_OUTPUT_PERFCNT_STATUS_FAILED 0x00000001u
#define GLB_OUTPUT_PERFCNT_STATUS_POWER_ON 0x00000002u
#define GLB_OUTPUT_PERFCNT_STATUS_POWER_OFF 0x00000004u
#define GLB_OUTPUT_PERFCNT_STATUS_PROTECTED 0x00000008u

struct csg_control {
  volatile u32 features; /* How the slot suspends */
  volatile u32 input_va; /* MCU address of CSG_INPUT, inside the shared section */
  volatile u32 output_va; /* MCU address of CSG_OUTPUT, inside the shared section */
  volatile u32 suspend_size; /* Bytes of the suspend buffer; never 0 */
  volatile u32 protm_suspend_size; /* Bytes of the protected suspend buffer; never 0 */
  volatile u32 stream_num; /* Command streams of the slot */
  volatile u32 stream_stride; /* Bytes from one CS_CONTROL to the next */
};
#define CSG_CONTROL_FEATURES_SUSPEND_TYPE 0x000000ffu
#define CSG_CONTROL_FEATURES_SUSPEND_TYPE_SHIFT 0
#define CSG_CONTROL_FEATURES_DETAILED_TRACKING 0x00000100u
#define CSG_CONTROL_STREAM_NUM_COUNT 0x0000003fu
#define CSG_CONTROL_STREAM_NUM_COUNT_SHIFT 0

struct csg_input {
  volatile u32 req; /* Requests of the host */
  volatile u32 ack_irq_mask; /* Bits of CSG_ACK whose change raises the JOB_INT bit of the slot */
  volatile u32 doorbell_req; /* Bit j flipped against DOORBELL_ACK: look at CS j */
  volatile u32 cs_irq_ack; /* Bit j set as in CS_IRQ_REQ: events of CS j are being handled */
  u32 gap_10[4];
  reg64 allow_compute; /* Cores for compute jobs */
  reg64 allow_fragment; /* Cores for fragment jobs */
  volatile u32 allow_other; /* Tilers */
  volatile u32 endpoint_req; /* Endpoints wanted and priority */
  reg64 endpoint_req2; /* ENDPOINT_REQ of interfaces from 4.0.0 on */
  reg64 suspend_buf; /* Address of the suspend buffer in the MCU VM */
  reg64 protm_suspend_buf; /* Address of the protected suspend buffer in the MCU VM */
  volatile u32 config; /* Where the group runs */
  volatile u32 iter_trace_config; /* Iterator trace */
  volatile u32 endpoint_task_limit; /* Task limit of later interfaces */
  u32 gap_5c[1];
  reg64 dvs_buf; /* Deferred vertex shading buffer of later interfaces */
};
#define CSG_INPUT_ENDPOINT_REQ_COMPUTE 0x000000ffu
#define CSG_INPUT_ENDPOINT_REQ_COMPUTE_SHIFT 0
#define CSG_INPUT_ENDPOINT_REQ_FRAGMENT 0x0000ff00u
#define CSG_INPUT_ENDPOINT_REQ_FRAGMENT_SHIFT 8
#define CSG_INPUT_ENDPOINT_REQ_TILER 0x000f0000u
#define CSG_INPUT_ENDPOINT_REQ_TILER_SHIFT 16
#define CSG_INPUT_ENDPOINT_REQ_EXCLUSIVE_COMPUTE 0x00100000u
#define CSG_INPUT_ENDPOINT_REQ_EXCLUSIVE_FRAGMENT 0x00200000u
#define CSG_INPUT_ENDPOINT_REQ_PRIORITY 0xf0000000u
#define CSG_INPUT_ENDPOINT_REQ_PRIORITY_SHIFT 28
#define CSG_INPUT_ENDPOINT_REQ2_COMPUTE 0x000000ffu
#define CSG_INPUT_ENDPOINT_REQ2_COMPUTE_SHIFT 0
#define CSG_INPUT_ENDPOINT_REQ2_FRAGMENT 0x0000ff00u
#define CSG_INPUT_ENDPOINT_REQ2_FRAGMENT_SHIFT 8
#define CSG_INPUT_ENDPOINT_REQ2_TILER 0x000f0000u
#define CSG_INPUT_ENDPOINT_REQ2_TILER_SHIFT 16
#define CSG_INPUT_ENDPOINT_REQ2_EXCLUSIVE_COMPUTE 0x00100000u
#define CSG_INPUT_ENDPOINT_REQ2_EXCLUSIVE_FRAGMENT 0x00200000u
#define CSG_INPUT_ENDPOINT_REQ2_PRIORITY 0xf0000000u
#define CSG_INPUT_ENDPOINT_REQ2_PRIORITY_SHIFT 28
#define CSG_INPUT_CONFIG_AS 0x0000000fu
#define CSG_INPUT_CONFIG_AS_SHIFT 0
#define CSG_INPUT_CONFIG_L2_RING_ALLOC 0x00000100u
#define CSG_INPUT_CONFIG_L2_OTHER_ALLOC 0x00010000u
#define CSG_INPUT_DVS_BUF_SIZE 0x00000fffu
#define CSG_INPUT_DVS_BUF_SIZE_SHIFT 0

struct csg_output {
  volatile u32 ack; /* Answers to REQ, and events */
  u32 gap_4[1];
  volatile u32 doorbell_ack; /* Answer to DOORBELL_REQ */
  volatile u32 cs_irq_req; /* Bit j flipped against CS_IRQ_ACK: CS j has an event */
  volatile u32 status_endpoint_current; /* Endpoints in use */
  volatile u32 status_endpoint_req; /* Endpoints asked for */
  volatile u32 status_state; /* State of the slot */
  volatile u32 resource_dep; /* Class that made no progress when PROGRESS_TIMER_EVENT came (newer meaning of the word) */
};
#define CSG_OUTPUT_STATUS_ENDPOINT_CURRENT_COMPUTE 0x000000ffu
#define CSG_OUTPUT_STATUS_ENDPOINT_CURRENT_COMPUTE_SHIFT 0
#define CSG_OUTPUT_STATUS_ENDPOINT_CURRENT_FRAGMENT 0x0000ff00u
#define CSG_OUTPUT_STATUS_ENDPOINT_CURRENT_FRAGMENT_SHIFT 8
#define CSG_OUTPUT_STATUS_ENDPOINT_CURRENT_TILER 0x000f0000u
#define CSG_OUTPUT_STATUS_ENDPOINT_CURRENT_TILER_SHIFT 16
#define CSG_OUTPUT_STATUS_ENDPOINT_CURRENT_EXCLUSIVE_COMPUTE 0x00100000u
#define CSG_OUTPUT_STATUS_ENDPOINT_CURRENT_EXCLUSIVE_FRAGMENT 0x00200000u
#define CSG_OUTPUT_STATUS_ENDPOINT_CURRENT_PRIORITY 0xf0000000u
#define CSG_OUTPUT_STATUS_ENDPOINT_CURRENT_PRIORITY_SHIFT 28
#define CSG_OUTPUT_STATUS_ENDPOINT_REQ_COMPUTE 0x000000ffu
#define CSG_OUTPUT_STATUS_ENDPOINT_REQ_COMPUTE_SHIFT 0
#define CSG_OUTPUT_STATUS_ENDPOINT_REQ_FRAGMENT 0x0000ff00u
#define CSG_OUTPUT_STATUS_ENDPOINT_REQ_FRAGMENT_SHIFT 8
#define CSG_OUTPUT_STATUS_ENDPOINT_REQ_TILER 0x000f0000u
#define CSG_OUTPUT_STATUS_ENDPOINT_REQ_TILER_SHIFT 16
#define CSG_OUTPUT_STATUS_ENDPOINT_REQ_EXCLUSIVE_COMPUTE 0x00100000u
#define CSG_OUTPUT_STATUS_ENDPOINT_REQ_EXCLUSIVE_FRAGMENT 0x00200000u
#define CSG_OUTPUT_STATUS_ENDPOINT_REQ_PRIORITY 0xf0000000u
#define CSG_OUTPUT_STATUS_ENDPOINT_REQ_PRIORITY_SHIFT 28
#define CSG_OUTPUT_STATUS_STATE_IDLE 0x00000001u
#define CSG_OUTPUT_RESOURCE_DEP_ITERATOR_COMPUTE 0x0
#define CSG_OUTPUT_RESOURCE_DEP_ITERATOR_FRAGMENT 0x1
#define CSG_OUTPUT_RESOURCE_DEP_ITERATOR_TILER 0x2

struct cs_control {
  volatile u32 features; /* What the stream hardware has */
  volatile u32 input_va; /* MCU address of CS_INPUT, inside the shared section */
  volatile u32 output_va; /* MCU address of CS_OUTPUT, inside the shared section */
};
#define CS_CONTROL_FEATURES_WORK_REGS 0x000000ffu
#define CS_CONTROL_FEATURES_WORK_REGS_SHIFT 0
#define CS_CONTROL_FEATURES_SCOREBOARDS 0x0000ff00u
#define CS_CONTROL_FEATURES_SCOREBOARDS_SHIFT 8
#define CS_CONTROL_FEATURES_COMPUTE 0x00010000u
#define CS_CONTROL_FEATURES_FRAGMENT 0x00020000u
#define CS_CONTROL_FEATURES_TILER 0x00040000u

struct cs_input {
  volatile u32 req; /* Requests of the host */
  volatile u32 config; /* Place of the stream in its group */
  u32 gap_8[1];
  volatile u32 ack_irq_mask; /* Bits of CS_ACK whose change flips CS_IRQ_REQ */
  reg64 ringbuf_base; /* Ring buffer, in the VM of the group */
  volatile u32 ringbuf_size; /* Bytes, a power of two */
  u32 gap_1c[1];
  reg64 heap_start; /* First new tiler chunk, encoded; 0 none */
  reg64 heap_end; /* Last new tiler chunk, encoded; 0 none */
  reg64 ringbuf_input; /* Address of QUEUE_INPUT in the MCU VM */
  reg64 ringbuf_output; /* Address of QUEUE_OUTPUT in the MCU VM */
  volatile u32 instr_config; /* Instrumentation of the stream */
  volatile u32 instrbuf_size; /* Bytes of the instrumentation buffer */
  reg64 instrbuf_base; /* Instrumentation buffer */
  reg64 instrbuf_offset_ptr; /* Where its write offset is stored */
};
#define CS_INPUT_CONFIG_PRIORITY 0x0000000fu
#define CS_INPUT_CONFIG_PRIORITY_SHIFT 0
#define CS_INPUT_CONFIG_DOORBELL 0x0000ff00u
#define CS_INPUT_CONFIG_DOORBELL_SHIFT 8
#define CS_INPUT_INSTR_CONFIG_AS 0x0000000fu
#define CS_INPUT_INSTR_CONFIG_AS_SHIFT 0
#define CS_INPUT_INSTR_CONFIG_EVENT_SIZE 0x000000f0u
#define CS_INPUT_INSTR_CONFIG_EVENT_SIZE_SHIFT 4
#define CS_INPUT_INSTR_CONFIG_EVENT_STATE 0x00ff0000u
#define CS_INPUT_INSTR_CONFIG_EVENT_STATE_SHIFT 16

struct cs_output {
  volatile u32 ack; /* Answers to REQ, and events */
  u32 gap_4[15];
  reg64 status_cmd_ptr; /* Address of the current instruction */
  volatile u32 status_wait; /* What the stream waits for */
  volatile u32 status_req_resource; /* Iterators asked for and granted */
  reg64 status_wait_sync_pointer; /* Sync object waited for */
  volatile u32 status_wait_sync_value; /* Value waited for, low word */
  volatile u32 status_scoreboards; /* Scoreboard entries that are not zero */
  volatile u32 status_blocked_reason; /* Why the stream does not advance */
  volatile u32 status_wait_sync_value_hi; /* Value waited for, high word */
  u32 gap_68[6];
  volatile u32 fault; /* What the FAULT event is about */
  volatile u32 fatal; /* What the FATAL event is about */
  reg64 fault_info; /* Address or word that goes with FAULT */
  reg64 fatal_info; /* Address or word that goes with FATAL */
  u32 gap_98[10];
  volatile u32 heap_vt_start; /* Render passes whose tiling has begun */
  volatile u32 heap_vt_end; /* Render passes whose tiling has ended */
  u32 gap_c8[1];
  volatile u32 heap_frag_end; /* Render passes whose fragment work has ended */
  reg64 heap_address; /* Heap context that ran out */
};
#define CS_OUTPUT_STATUS_WAIT_SB_MASK 0x0000ffffu
#define CS_OUTPUT_STATUS_WAIT_SB_MASK_SHIFT 0
#define CS_OUTPUT_STATUS_WAIT_SB_SOURCE 0x000f0000u
#define CS_OUTPUT_STATUS_WAIT_SB_SOURCE_SHIFT 16
#define CS_OUTPUT_STATUS_WAIT_SB_SOURCE_NONE 0x0
#define CS_OUTPUT_STATUS_WAIT_SB_SOURCE_WAIT 0x8
#define CS_OUTPUT_STATUS_WAIT_SYNC_CONDITION 0x0f000000u
#define CS_OUTPUT_STATUS_WAIT_SYNC_CONDITION_SHIFT 24
#define CS_OUTPUT_STATUS_WAIT_SYNC_CONDITION_LE 0x0
#define CS_OUTPUT_STATUS_WAIT_SYNC_CONDITION_GT 0x1
#define CS_OUTPUT_STATUS_WAIT_SYNC_CONDITION_GE 0x5
#define CS_OUTPUT_STATUS_WAIT_PROGRESS_WAIT 0x10000000u
#define CS_OUTPUT_STATUS_WAIT_PROTM_PEND 0x20000000u
#define CS_OUTPUT_STATUS_WAIT_SYNC_64BIT 0x40000000u
#define CS_OUTPUT_STATUS_WAIT_SYNC_WAIT 0x80000000u
#define CS_OUTPUT_STATUS_REQ_RESOURCE_COMPUTE 0x00000001u
#define CS_OUTPUT_STATUS_REQ_RESOURCE_FRAGMENT 0x00000002u
#define CS_OUTPUT_STATUS_REQ_RESOURCE_TILER 0x00000004u
#define CS_OUTPUT_STATUS_REQ_RESOURCE_IDVS 0x00000008u
#define CS_OUTPUT_STATUS_REQ_RESOURCE_COMPUTE_GRANTED 0x00010000u
#define CS_OUTPUT_STATUS_REQ_RESOURCE_FRAGMENT_GRANTED 0x00020000u
#define CS_OUTPUT_STATUS_REQ_RESOURCE_TILER_GRANTED 0x00040000u
#define CS_OUTPUT_STATUS_REQ_RESOURCE_IDVS_GRANTED 0x00080000u
#define CS_OUTPUT_STATUS_SCOREBOARDS_NONZERO 0x0000ffffu
#define CS_OUTPUT_STATUS_SCOREBOARDS_NONZERO_SHIFT 0
#define CS_OUTPUT_STATUS_BLOCKED_REASON_REASON 0x0000000fu
#define CS_OUTPUT_STATUS_BLOCKED_REASON_REASON_SHIFT 0
#define CS_OUTPUT_STATUS_BLOCKED_REASON_REASON_UNBLOCKED 0x0
#define CS_OUTPUT_STATUS_BLOCKED_REASON_REASON_SB_WAIT 0x1
#define CS_OUTPUT_STATUS_BLOCKED_REASON_REASON_PROGRESS_WAIT 0x2
#define CS_OUTPUT_STATUS_BLOCKED_REASON_REASON_SYNC_WAIT 0x3
#define CS_OUTPUT_STATUS_BLOCKED_REASON_REASON_DEFERRED 0x4
#define CS_OUTPUT_STATUS_BLOCKED_REASON_REASON_RESOURCE 0x5
#define CS_OUTPUT_STATUS_BLOCKED_REASON_REASON_FLUSH 0x6
#define CS_OUTPUT_FAULT_EXCEPTION 0x000000ffu
#define CS_OUTPUT_FAULT_EXCEPTION_SHIFT 0
#define CS_OUTPUT_FAULT_DATA 0xffffff00u
#define CS_OUTPUT_FAULT_DATA_SHIFT 8
#define CS_OUTPUT_FATAL_EXCEPTION 0x000000ffu
#define CS_OUTPUT_FATAL_EXCEPTION_SHIFT 0
#define CS_OUTPUT_FATAL_DATA 0xffffff00u
#define CS_OUTPUT_FATAL_DATA_SHIFT 8

struct queue_input {
  reg64 insert; /* Bytes ever written to the ring */
  reg64 extract; /* Where reading begins at CS START */
};

struct queue_output {
  reg64 extract; /* Bytes ever consumed */
  volatile u32 active; /* Life of the stream */
};
#define QUEUE_OUTPUT_ACTIVE_RUNNING 0x00000001u


#endif
