/**
 * Word indexes and bit positions of the stream interface and the group block, taken from the register tables
 * once, so that the execution unit works on typed arrays with constants. A 64-bit register is two words, low first.
 */
import type { Register } from '../../spec/registers/define.ts';
import { MCU_CS, MCU_CSG, STREAM_STRIDE } from '../../spec/registers/mcu-private.ts';

export const STREAM_WORDS = STREAM_STRIDE / 4;

const word = (register: Pick<Register, 'offset'>): number => register.offset >>> 2;
const step = (register: Pick<Register, 'stride'>): number => register.stride >>> 2;

export const W_STATUS = word(MCU_CS.CS_STATUS);
export const W_CMD = word(MCU_CS.CS_CMD);
export const W_EVENT = word(MCU_CS.CS_EVENT);
export const W_MASK = word(MCU_CS.CS_MASK);
export const W_PRIO = word(MCU_CS.CS_PRIO);
export const W_ID = word(MCU_CS.CS_ID);
export const W_RING_BASE = word(MCU_CS.CS_RING_BASE);
export const W_RING_SIZE = word(MCU_CS.CS_RING_SIZE);
export const W_ERROR = word(MCU_CS.CS_ERROR);
export const W_INSERT = word(MCU_CS.CS_INSERT);
export const W_EXTRACT = word(MCU_CS.CS_EXTRACT);
export const W_RES_REQ = word(MCU_CS.CS_RES_REQ);
export const W_RES_GRANT = word(MCU_CS.CS_RES_GRANT);
export const W_PC = word(MCU_CS.CS_PC);
export const W_END = word(MCU_CS.CS_END);
export const W_DEPTH = word(MCU_CS.CS_DEPTH);
export const W_SB_SEL = word(MCU_CS.CS_SB_SEL);
export const W_SB_BUSY = word(MCU_CS.CS_SB_BUSY);
export const W_SB_MASKS = word(MCU_CS.CS_SB_MASKS);
export const W_WAIT = word(MCU_CS.CS_WAIT);
export const W_WAIT_ADDR = word(MCU_CS.CS_WAIT_ADDR);
export const W_WAIT_VALUE = word(MCU_CS.CS_WAIT_VALUE);
export const W_PROGRESS = word(MCU_CS.CS_PROGRESS);
export const W_HEAP = word(MCU_CS.CS_HEAP);
export const W_OOM_HEAP = word(MCU_CS.CS_OOM_HEAP);
export const W_OOM_VT_START = word(MCU_CS.CS_OOM_VT_START);
export const W_OOM_VT_END = word(MCU_CS.CS_OOM_VT_END);
export const W_OOM_FRAG_END = word(MCU_CS.CS_OOM_FRAG_END);
export const W_HEAP_FIRST = word(MCU_CS.CS_HEAP_FIRST);
export const W_HEAP_LAST = word(MCU_CS.CS_HEAP_LAST);
export const W_FAULT = word(MCU_CS.CS_FAULT);
export const W_FATAL = word(MCU_CS.CS_FATAL);
export const W_FAULT_INFO = word(MCU_CS.CS_FAULT_INFO);
export const W_FATAL_INFO = word(MCU_CS.CS_FATAL_INFO);
export const W_FAULT_EXTRACT = word(MCU_CS.CS_FAULT_EXTRACT);
export const W_TRACE = word(MCU_CS.CS_TRACE);
export const W_INSTRS = word(MCU_CS.CS_INSTRS);
export const W_EXC_ADDR = word(MCU_CS.CS_EXC_ADDR);
export const W_EXC_LEN = word(MCU_CS.CS_EXC_LEN);
export const EXC_STEP = step(MCU_CS.CS_EXC_ADDR);
export const EXC_COUNT = MCU_CS.CS_EXC_ADDR.count;
export const W_FRAME_IP = word(MCU_CS.CS_FRAME_IP);
export const W_FRAME_END = word(MCU_CS.CS_FRAME_END);
export const FRAME_STEP = step(MCU_CS.CS_FRAME_IP);
export const W_SB = word(MCU_CS.CS_SB);
export const W_REG = word(MCU_CS.CS_REG);

export const W_DEFER = word(MCU_CS.DEFER_INSTR);
export const DEFER_STEP = step(MCU_CS.DEFER_INSTR);
/** Places inside one deferred entry. */
export const D_INSTR = 0;
export const D_ADDR = word(MCU_CS.DEFER_ADDR) - W_DEFER;
export const D_DATA = word(MCU_CS.DEFER_DATA) - W_DEFER;
export const D_DEPS = word(MCU_CS.DEFER_DEPS) - W_DEFER;
export const D_CTRL = word(MCU_CS.DEFER_CTRL) - W_DEFER;

export const W_JOB = word(MCU_CS.JOB_CTRL);
export const JOB_STEP = step(MCU_CS.JOB_CTRL);
/** Places inside one job context. */
export const J_CTRL = 0;
export const J_SEQ = word(MCU_CS.JOB_SEQ) - W_JOB;
export const J_INSTR = word(MCU_CS.JOB_INSTR) - W_JOB;
export const J_NEXT = word(MCU_CS.JOB_NEXT) - W_JOB;
export const J_TOTAL = word(MCU_CS.JOB_TOTAL) - W_JOB;
export const J_EXTRACT = word(MCU_CS.JOB_EXTRACT) - W_JOB;
export const J_HEAP = word(MCU_CS.JOB_HEAP) - W_JOB;
export const J_AUX = word(MCU_CS.JOB_AUX) - W_JOB;
export const J_INFO = word(MCU_CS.JOB_INFO) - W_JOB;
export const J_REG = word(MCU_CS.JOB_REG) - W_JOB;
export const JOB_REGS = 64;

/** A field's position in its (32-bit) register, and its mask at bit 0. */
function place(register: Pick<Register, 'find' | 'name'>, name: string): readonly [shift: number, mask: number] {
  const field = register.find(name);
  if (field === undefined) throw new RangeError(`${register.name} has no field ${name}`);
  return [field.lsb, 2 ** field.width - 1];
}

export const [STATUS_STATE] = place(MCU_CS.CS_STATUS, 'state');
export const [STATUS_REASON] = place(MCU_CS.CS_STATUS, 'reason');
export const [STATUS_HANDLER] = place(MCU_CS.CS_STATUS, 'handler');
export const [STATUS_ERROR] = place(MCU_CS.CS_STATUS, 'error');
export const [STATUS_BUSY] = place(MCU_CS.CS_STATUS, 'busy');
export const [STATUS_REFUSED] = place(MCU_CS.CS_STATUS, 'refused');
export const [STATUS_JOBS] = place(MCU_CS.CS_STATUS, 'jobs');
export const [STATUS_DEFER] = place(MCU_CS.CS_STATUS, 'defer');
export const [CMD_CODE, CMD_CODE_MASK] = place(MCU_CS.CS_CMD, 'cmd');
export const [CMD_TYPE, CMD_TYPE_MASK] = place(MCU_CS.CS_CMD, 'type');
export const [ID_STREAM] = place(MCU_CS.CS_ID, 'stream');
export const [ID_GROUP] = place(MCU_CS.CS_ID, 'group');
export const [DEPTH_DEPTH, DEPTH_MASK] = place(MCU_CS.CS_DEPTH, 'depth');
export const [DEPTH_INT] = place(MCU_CS.CS_DEPTH, 'int_depth');
export const [DEPTH_HANDLER] = place(MCU_CS.CS_DEPTH, 'handler');
export const [DEPTH_TYPE, DEPTH_TYPE_MASK] = place(MCU_CS.CS_DEPTH, 'type');
export const [SEL_EP, SEL_MASK] = place(MCU_CS.CS_SB_SEL, 'ep');
export const [SEL_OTHER] = place(MCU_CS.CS_SB_SEL, 'other');
export const [WAIT_SB_MASK] = place(MCU_CS.CS_WAIT, 'sb_mask');
export const [WAIT_SB_SOURCE] = place(MCU_CS.CS_WAIT, 'sb_source');
/** sb_source of a WAIT instruction. */
export const SB_SOURCE_WAIT = MCU_CS.CS_WAIT.field('sb_source').valueOf('WAIT');
export const [WAIT_COND, WAIT_COND_MASK] = place(MCU_CS.CS_WAIT, 'cond');
export const [WAIT_PROGRESS] = place(MCU_CS.CS_WAIT, 'progress');
export const [WAIT_PROTM] = place(MCU_CS.CS_WAIT, 'protm');
export const [WAIT_SYNC64] = place(MCU_CS.CS_WAIT, 'sync64');
export const [WAIT_SYNC] = place(MCU_CS.CS_WAIT, 'sync');
export const [TRACE_BASE] = place(MCU_CS.CS_TRACE, 'base');
export const [TRACE_COUNT] = place(MCU_CS.CS_TRACE, 'count');

export const [DEFER_SLOT, DEFER_SLOT_MASK] = place(MCU_CS.DEFER_CTRL, 'slot');
export const [DEFER_SEQ, DEFER_SEQ_MASK] = place(MCU_CS.DEFER_CTRL, 'seq');
export const [DEPS_JOB] = place(MCU_CS.DEFER_DEPS, 'job');
export const [DEPS_DEFER] = place(MCU_CS.DEFER_DEPS, 'defer');
export const [JOB_OP, JOB_OP_MASK] = place(MCU_CS.JOB_CTRL, 'op');
export const [JOB_SLOT, JOB_SLOT_MASK] = place(MCU_CS.JOB_CTRL, 'slot');
export const [JOB_STATE_SHIFT, JOB_STATE_MASK] = place(MCU_CS.JOB_CTRL, 'state');
export const VALID = 1 << place(MCU_CS.JOB_CTRL, 'valid')[0];

/** The group block, as words from its first register. */
export const CONTROL_BASE = MCU_CSG.CSG_EP_COMPUTE.offset;
const control = (register: Pick<Register, 'offset'>): number => (register.offset - CONTROL_BASE) >>> 2;

export const GROUP_STEP = step(MCU_CSG.CSG_EP_COMPUTE);
export const G_EP_COMPUTE = control(MCU_CSG.CSG_EP_COMPUTE);
export const G_EP_FRAGMENT = control(MCU_CSG.CSG_EP_FRAGMENT);
export const G_EP_TILER = control(MCU_CSG.CSG_EP_TILER);
export const G_EP_LIMIT = control(MCU_CSG.CSG_EP_LIMIT);
export const G_EP_CURRENT = control(MCU_CSG.CSG_EP_CURRENT);
export const G_CTRL = control(MCU_CSG.CSG_CTRL);
export const G_STATE = control(MCU_CSG.CSG_STATE);
export const G_TASKS = control(MCU_CSG.CSG_TASKS);
export const C_EP_EVENT = control(MCU_CSG.EP_EVENT);
export const C_EP_MASK = control(MCU_CSG.EP_MASK);
export const C_EP_ACTIVE = control(MCU_CSG.EP_ACTIVE);
export const C_EP_CORES = control(MCU_CSG.EP_CORES);
export const C_PENDING = control(MCU_CSG.CS_PENDING);
export const C_KICK = control(MCU_CSG.CS_KICK);
export const CONTROL_WORDS = C_KICK + 1;

/** Limits by class in CSG_EP_LIMIT and CSG_EP_CURRENT: shift and mask, in the order of JOB_CLASS. */
export const EP_FIELDS = [
  place(MCU_CSG.CSG_EP_LIMIT, 'compute'),
  place(MCU_CSG.CSG_EP_LIMIT, 'fragment'),
  place(MCU_CSG.CSG_EP_LIMIT, 'tiler'),
] as const;
export const [EP_PRIO, EP_PRIO_MASK] = place(MCU_CSG.CSG_EP_LIMIT, 'prio');
/** Core masks by class. */
export const EP_MASKS = [G_EP_COMPUTE, G_EP_FRAGMENT, G_EP_TILER] as const;
export const [CTRL_AS, CTRL_AS_MASK] = place(MCU_CSG.CSG_CTRL, 'as');
export const [CTRL_AUTO, CTRL_AUTO_MASK] = place(MCU_CSG.CSG_CTRL, 'auto');
export const [STATE_STARTED] = place(MCU_CSG.CSG_STATE, 'started');
export const [STATE_QUIET] = place(MCU_CSG.CSG_STATE, 'quiet');
export const [STATE_JOBS] = place(MCU_CSG.CSG_STATE, 'jobs');
export const [STATE_CLASSES] = place(MCU_CSG.CSG_STATE, 'classes');
export const [EP_IDLE] = place(MCU_CSG.EP_EVENT, 'idle');
export const [EP_STARVED] = place(MCU_CSG.EP_EVENT, 'starved');
