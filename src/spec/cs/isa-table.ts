/**
 * The command stream instructions of architectures 10 to 13: encodings, execution classes, text forms. Facts
 * from Mesa's genxml tables and command stream builder; the layout of shared field groups is written once
 * below. Arithmetic with registers (13) is in isa-arith.ts.
 */
import { ARITHMETIC } from './isa-arith.ts';
import type { Field, Modifier, Operand, PseudoOp } from './define.ts';
import {
  bool,
  choice,
  flag,
  hex,
  instruction,
  int,
  mask,
  memory,
  named,
  operand,
  optional,
  reg32,
  reg64,
  regbase,
  registers,
  select,
  since,
  target,
  uint,
  until,
} from './define.ts';
import * as E from './enums.ts';

/** Bit 32 of WAIT and RUN_*: also count the queue's progress counter up on completion. */
const progress: Field = bool('progress_increment', 32);
const progressFlag: Modifier = flag('progress_increment', 'progress_inc');

/** wait_mask and signal_slot of deferred instructions; from 11 on the scoreboard state may replace them. */
const deferred: readonly Field[] = [
  mask('wait_mask', 16, 16),
  uint('signal_slot', 48, 4),
  since(11, named('defer_mode', 52, 1, E.DeferMode)),
];
const deferFlag: Modifier = flag('defer_mode', 'indirect');
const deferOperands: readonly Operand[] = [operand('wait_mask'), operand('signal_slot')];

/** Resource table selects of RUN_COMPUTE and RUN_TILING. */
const selects: readonly Field[] = [
  uint('srt_select', 40, 2),
  uint('spd_select', 42, 2),
  uint('tsd_select', 44, 2),
  uint('fau_select', 46, 2),
];
const selectModifiers: readonly Modifier[] = [
  select('srt_select', 'srt', 4),
  select('spd_select', 'spd', 4),
  select('tsd_select', 'tsd', 4),
  select('fau_select', 'fau', 4),
];
const stage: Field = since(12, named('stage', 48, 4, E.PipelineStage));
const stageModifier: Modifier = choice('stage', E.PipelineStage, { prefix: 'stage_', absent: 0 });
const epLimit: Field = since(12, uint('ep_limit', 16, 8));

/** Atomic update of a sync object: value, then a status word. */
function syncUpdate<const N extends string>(name: N, opcode: number, bits: 32 | 64, add: boolean) {
  const data = bits === 32 ? reg32('data', 32, 'read') : reg64('data', 32, 'read');
  return instruction(name, opcode, {
    execution: 'deferred',
    entry: 'signal',
    fields: [
      bool('error_propagate', 0),
      named('scope', 1, 2, E.SyncScope),
      data,
      reg64('address', 40, 'read'),
      ...deferred,
    ],
    modifiers: [choice('scope', E.SyncScope), flag('error_propagate', 'propagate'), deferFlag],
    operands: [memory('address'), operand('data'), ...deferOperands],
    doc: `${add ? 'Add to' : 'Set'} a ${bits}-bit sync object (status word at +${bits / 8}) atomically and wake its waiters`,
    does: `mem${bits}[address] ${add ? '+=' : '='} data; wake waiters; scope system: tell the host`,
  });
}

function syncWait<const N extends string>(name: N, opcode: number, bits: 32 | 64) {
  const data = bits === 32 ? reg32('data', 32, 'read') : reg64('data', 32, 'read');
  return instruction(name, opcode, {
    fields: [
      named('error_reject', 0, 1, E.ErrorReject),
      named('condition', 28, 4, E.Condition),
      data,
      reg64('address', 40, 'read'),
    ],
    modifiers: [
      choice('condition', E.Condition),
      { ...choice('error_reject', E.ErrorReject), absent: 0, always: true },
    ],
    operands: [memory('address'), operand('data')],
    doc: `Block the queue until a ${bits}-bit sync object is at most (le) or above (gt) the data, unsigned`,
    does: `wait until mem${bits}[address] <= or > data; inherit: a non-zero status word faults the queue`,
  });
}

const flowFields: readonly Field[] = [reg32('length', 32, 'read'), reg64('address', 40, 'read')];
const flowOperands: readonly Operand[] = [operand('address'), operand('length')];
const multipleOperand: Operand = registers('base_register', 'mask');

export const TABLE = [
  instruction('NOP', 0, {
    fields: [hex('payload', 0, 48), hex('payload_type', 48, 8)],
    operands: [optional('payload', 'payload_type'), optional('payload_type')],
    doc: 'Nothing; the other 56 bits are ignored (11 names them tool data)',
    does: '',
  }),
  instruction('MOVE48', 1, {
    fields: [hex('immediate', 0, 48), reg64('destination', 48, 'write')],
    operands: [operand('destination'), operand('immediate')],
    aliases: ['MOVE'],
    doc: 'Load a register pair with a 48-bit constant; the upper 16 bits become 0',
    does: 'd[destination] = immediate',
  }),
  instruction('MOVE32', 2, {
    fields: [hex('immediate', 0, 32), reg32('destination', 48, 'write')],
    operands: [operand('destination'), operand('immediate')],
    doc: 'Load a register with a constant',
    does: 'r[destination] = immediate',
  }),
  instruction('WAIT', 3, {
    fields: [
      until(10, mask('wait_mask', 16, 8)),
      since(11, mask('wait_mask', 16, 16)),
      progress,
      since(11, named('wait_mode', 33, 1, E.WaitMode)),
    ],
    modifiers: [flag('wait_mode', 'indirect'), progressFlag],
    operands: [operand('wait_mask')],
    doc: 'Stall until all scoreboard entries of the mask are idle; indirect (11+) takes the mask from SB_MASK_WAIT',
    does: 'wait until sb[e] == 0 for every e in wait_mask',
  }),
  instruction('RUN_COMPUTE', 4, {
    execution: 'async',
    entry: 'endpoint',
    staging: 'COMPUTE',
    fields: [
      uint('task_increment', 0, 14),
      named('task_axis', 14, 2, E.TaskAxis),
      epLimit,
      progress,
      ...selects,
      stage,
    ],
    modifiers: [choice('task_axis', E.TaskAxis), ...selectModifiers, stageModifier, progressFlag],
    operands: [operand('task_increment'), optional('ep_limit')],
    doc: 'Run a grid of compute workgroups described by the staging registers',
    does: 'sb[endpoint] += 1; split the grid r37-r39 into tasks of task_increment workgroups along the axis; when done sb[endpoint] -= 1',
  }),
  instruction('RUN_TILING', 5, {
    execution: 'async',
    entry: 'endpoint',
    staging: 'TILING',
    until: 10,
    fields: [hex('flags_override', 0, 32), progress, ...selects],
    modifiers: [...selectModifiers, progressFlag],
    operands: [operand('flags_override')],
    doc: 'Tile primitives whose vertex positions are in memory already',
    does: 'sb[endpoint] += 1; tile with TILER_FLAGS | flags_override; when done sb[endpoint] -= 1',
  }),
  instruction('RUN_IDVS', 6, {
    execution: 'async',
    entry: 'endpoint',
    staging: 'IDVS',
    until: 11,
    fields: [
      hex('flags_override', 0, 32),
      progress,
      bool('malloc_enable', 33),
      bool('draw_id_register_enable', 34),
      uint('varying_srt_select', 35, 1),
      uint('varying_fau_select', 36, 1),
      uint('varying_tsd_select', 37, 1),
      uint('fragment_srt_select', 38, 1),
      uint('fragment_tsd_select', 39, 1),
      reg32('draw_id', 40, 'read'),
    ],
    modifiers: [
      flag('malloc_enable', 'malloc'),
      flag('draw_id_register_enable', 'draw_id'),
      select('varying_srt_select', 'varying_srt', 2),
      select('varying_fau_select', 'varying_fau', 2),
      select('varying_tsd_select', 'varying_tsd', 2),
      select('fragment_srt_select', 'fragment_srt', 2),
      select('fragment_tsd_select', 'fragment_tsd', 2),
      progressFlag,
    ],
    operands: [operand('flags_override'), optional('draw_id', 'draw_id_register_enable')],
    doc: 'Shade the vertices of one draw and tile its primitives',
    does: 'sb[endpoint] += 1; shade positions, cull, shade varyings, append to polygon lists; when done sb[endpoint] -= 1',
  }),
  instruction('RUN_FRAGMENT', 7, {
    execution: 'async',
    entry: 'endpoint',
    staging: 'FRAGMENT',
    fields: [bool('enable_tem', 0), named('tile_order', 4, 4, E.TileRenderOrder), progress],
    modifiers: [
      { ...choice('tile_order', E.TileRenderOrder), absent: 0, always: true },
      flag('enable_tem', 'tem'),
      progressFlag,
    ],
    doc: 'Render the tiles of the framebuffer in d40 inside the box r42/r43; tem uses the tile enable map',
    does: 'sb[endpoint] += 1; for each tile of the box: shade and write back; when done sb[endpoint] -= 1',
  }),
  instruction('RUN_FULLSCREEN', 8, {
    execution: 'async',
    entry: 'endpoint',
    staging: 'FULLSCREEN',
    fields: [
      hex('flags_override', 0, 32),
      progress,
      reg64('dcd', 40, 'read'),
      since(11, bool('tiler_flags2_enable', 55)),
    ],
    modifiers: [flag('tiler_flags2_enable', 'tiler_flags2'), progressFlag],
    operands: [operand('dcd'), operand('flags_override')],
    doc: 'Append one draw that covers the screen, described by the Draw descriptor at dcd',
    does: 'sb[endpoint] += 1; append the draw to the polygon lists; when done sb[endpoint] -= 1',
  }),
  instruction('FINISH_TILING', 9, {
    execution: 'async',
    entry: 'endpoint',
    fields: [progress],
    modifiers: [progressFlag],
    doc: 'Write out everything the tiler still holds',
    does: 'sb[endpoint] += 1; when all earlier tiling is in memory sb[endpoint] -= 1',
  }),
  instruction('FINISH_FRAGMENT', 11, {
    execution: 'deferred',
    entry: 'signal',
    fields: [
      bool('increment_fragment_completed', 0),
      reg64('last_heap_chunk', 32, 'read'),
      reg64('first_heap_chunk', 40, 'read'),
      ...deferred,
    ],
    modifiers: [flag('increment_fragment_completed', 'frag_end'), deferFlag],
    operands: [operand('last_heap_chunk'), operand('first_heap_chunk'), ...deferOperands],
    doc: 'Give a list of heap chunks back to the current heap; frag_end counts a finished fragment pass',
    does: 'heap.free += first..last; frag_end: heap.fragmentCompleted += 1',
  }),
  instruction('RUN_IDVS2', 12, {
    execution: 'async',
    entry: 'endpoint',
    staging: 'IDVS2',
    since: 12,
    fields: [
      hex('flags_override', 0, 32),
      progress,
      bool('malloc_enable', 33),
      bool('draw_id_register_enable', 34),
      named('vertex_shading_mode', 35, 2, E.ShadingMode),
      reg32('draw_id', 40, 'read'),
      stage,
    ],
    modifiers: [
      flag('malloc_enable', 'malloc'),
      flag('draw_id_register_enable', 'draw_id'),
      choice('vertex_shading_mode', E.ShadingMode, { absent: 0 }),
      stageModifier,
      progressFlag,
    ],
    operands: [operand('flags_override'), optional('draw_id', 'draw_id_register_enable')],
    doc: 'RUN_IDVS of 12 and later, with one set of vertex resources',
    does: 'sb[endpoint] += 1; shade vertices, cull, append to polygon lists; when done sb[endpoint] -= 1',
  }),
  ...ARITHMETIC,
  instruction('LOGIC_OP32', 19, {
    since: 11,
    fields: [
      named('mode', 0, 4, E.LogicOp),
      named('index', 4, 1, E.LogicIndex),
      reg32('source_1', 32, 'read'),
      reg32('source_0', 40, 'read'),
      reg32('destination', 48, 'write'),
    ],
    modifiers: [choice('mode', E.LogicOp), flag('index', 'index')],
    operands: [operand('destination'), operand('source_0'), operand('source_1')],
    doc: 'Any bitwise function of two registers; index turns the second into a single bit',
    does: 'a = r[source_0]; b = index ? 1 << r[source_1] : r[source_1]; r[destination] = mode(a, b)',
  }),
  instruction('LOAD_MULTIPLE', 20, {
    execution: 'async',
    entry: 'other',
    fields: [
      int('offset', 0, 16),
      mask('mask', 16, 16),
      reg64('address', 40, 'read'),
      regbase('base_register', 48, 'write'),
    ],
    operands: [multipleOperand, memory('address', 'offset')],
    doc: 'Load the chosen registers from consecutive words (gaps in the set take no memory)',
    does: 'for each r in set, ascending: r = mem32[address + offset + 4*n++]',
  }),
  instruction('STORE_MULTIPLE', 21, {
    execution: 'async',
    entry: 'other',
    fields: [
      int('offset', 0, 16),
      mask('mask', 16, 16),
      reg64('address', 40, 'read'),
      regbase('base_register', 48, 'read'),
    ],
    operands: [memory('address', 'offset'), multipleOperand],
    doc: 'Store the chosen registers to consecutive words (gaps in the set take no memory)',
    does: 'for each r in set, ascending: mem32[address + offset + 4*n++] = r',
  }),
  instruction('BRANCH', 22, {
    fields: [
      int('offset', 0, 16),
      until(10, named('condition', 28, 3, E.Condition)),
      since(11, named('condition', 28, 4, E.Condition)),
      reg32('value', 40, 'read'),
    ],
    modifiers: [choice('condition', E.Condition)],
    operands: [operand('value'), target('offset')],
    doc: 'Skip by offset, counted from the next instruction, if the signed register compares with zero as named',
    does: 'if (int32) r[value] cond 0: ip += 1 + offset',
  }),
  instruction('SET_SB_ENTRY', 23, {
    fields: [uint('endpoint_entry', 0, 4), uint('other_entry', 4, 4)],
    operands: [operand('endpoint_entry'), operand('other_entry')],
    doc: 'Choose the scoreboard entries of RUN_* work and of loads and stores',
    does: 'endpoint = endpoint_entry; other = other_entry',
  }),
  instruction('PROGRESS_WAIT', 24, {
    fields: [uint('queue', 0, 5), reg64('source', 40, 'read')],
    operands: [operand('queue'), operand('source')],
    doc: 'Stall until the progress counter of a queue of the group has reached the source',
    does: 'wait until progress[queue] >= d[source]',
  }),
  instruction('SET_EXCEPTION_HANDLER', 25, {
    fields: [named('exception_type', 0, 8, E.ExceptionType), reg32('length', 32, 'read'), reg64('address', 40, 'read')],
    modifiers: [choice('exception_type', E.ExceptionType)],
    operands: flowOperands,
    doc: 'Install a stream that runs on an exception; address and length 0 remove it',
    does: 'handler[type] = (d[address], r[length])',
  }),
  instruction('NEXT_SB_ENTRY', 26, {
    since: 11,
    fields: [
      named('sb_type', 32, 4, E.ScoreboardType),
      named('format', 36, 1, E.NextSbFormat),
      reg32('destination', 48, 'write'),
    ],
    modifiers: [choice('sb_type', E.ScoreboardType, { absent: 0 }), flag('format', 'mask')],
    operands: [operand('destination')],
    doc: 'Take the next scoreboard entry that SB_MASK_STREAM allows and select it for the type',
    does: 'e = next allowed entry; select[type] = e; r[destination] = mask ? 1 << e : e',
  }),
  instruction('SET_STATE', 27, {
    since: 11,
    fields: [named('state', 32, 8, E.SetStateType), reg32('source', 40, 'read')],
    modifiers: [choice('state', E.SetStateType)],
    operands: [operand('source')],
    doc: 'Write a scoreboard selection or mask from a register',
    does: 'state = r[source]',
  }),
  instruction('SET_STATE_IMM32', 28, {
    since: 11,
    fields: [hex('value', 0, 32), named('state', 32, 8, E.SetStateType)],
    modifiers: [choice('state', E.SetStateType)],
    operands: [operand('value')],
    doc: 'Write a scoreboard selection or mask from a constant',
    does: 'state = value',
  }),
  instruction('SHARED_SB_INC', 30, {
    execution: 'deferred',
    since: 11,
    fields: [mask('sb_mask', 16, 16), progress, uint('shared_entry', 48, 4), named('defer_mode', 52, 1, E.DeferMode)],
    modifiers: [deferFlag, progressFlag],
    operands: [operand('sb_mask'), operand('shared_entry')],
    doc: 'Count up a scoreboard entry that the queues of the group share',
    does: 'when sb_mask is idle: shared[shared_entry] += 1',
  }),
  instruction('SHARED_SB_DEC', 31, {
    since: 11,
    fields: [progress, uint('shared_entry', 48, 4)],
    modifiers: [progressFlag],
    operands: [operand('shared_entry')],
    doc: 'Count down a scoreboard entry that the queues of the group share',
    does: 'shared[shared_entry] -= 1',
  }),
  instruction('CALL', 32, {
    fields: flowFields,
    operands: flowOperands,
    doc: 'Run length bytes at address as a new frame, then go on after the CALL',
    does: 'push (ip + 1, end); ip = d[address]; end = ip + r[length]',
  }),
  instruction('JUMP', 33, {
    fields: flowFields,
    operands: flowOperands,
    doc: 'Go on with length bytes at address in place of the current frame',
    does: 'ip = d[address]; end = ip + r[length]',
  }),
  instruction('REQ_RESOURCE', 34, {
    fields: [bool('compute', 0), bool('fragment', 1), bool('tiler', 2), bool('idvs', 3), since(11, bool('rt', 4))],
    modifiers: ['compute', 'fragment', 'tiler', 'idvs', 'rt'].map((name) => flag(name, name)),
    doc: 'Replace the set of endpoint classes the queue asks for; waits until they are granted',
    does: 'requested = set; wait until granted',
  }),
  instruction('FLUSH_CACHE2', 36, {
    execution: 'async',
    entry: 'signal',
    fields: [
      named('l2_flush_mode', 0, 4, E.FlushMode),
      named('lsc_flush_mode', 4, 4, E.FlushMode),
      named('other_flush_mode', 8, 4, E.OtherFlushMode),
      reg32('latest_flush_id', 40, 'read'),
      ...deferred,
    ],
    modifiers: [
      choice('l2_flush_mode', E.FlushMode, { prefix: 'l2_' }),
      choice('lsc_flush_mode', E.FlushMode, { prefix: 'lsc_' }),
      choice('other_flush_mode', E.OtherFlushMode, { prefix: 'other_' }),
      deferFlag,
    ],
    operands: [operand('latest_flush_id'), ...deferOperands],
    doc: 'Clean and invalidate caches, unless a flush newer than the given id (not 0) has happened',
    does: 'sb[signal_slot] += 1; when wait_mask is idle: flush; flush id += 1; sb[signal_slot] -= 1',
  }),
  syncUpdate('SYNC_ADD32', 37, 32, true),
  syncUpdate('SYNC_SET32', 38, 32, false),
  syncWait('SYNC_WAIT32', 39, 32),
  instruction('STORE_STATE', 40, {
    execution: 'deferred',
    entry: 'signal',
    fields: [
      int('offset', 0, 16),
      until(10, named('state', 32, 2, E.State)),
      since(11, named('state', 32, 8, E.State)),
      reg64('address', 40, 'read'),
      ...deferred,
    ],
    modifiers: [choice('state', E.State), deferFlag],
    operands: [memory('address', 'offset'), ...deferOperands],
    doc: 'Store a 64-bit counter or the error status',
    does: 'mem64[address + offset] = state',
  }),
  instruction('PROT_REGION', 41, {
    fields: [uint('size', 0, 16, 8)],
    operands: [operand('size')],
    doc: 'Execute the instructions of the following size bytes protected',
    does: 'protected until ip + size',
  }),
  instruction('PROGRESS_STORE', 42, {
    fields: [reg64('source', 40, 'read')],
    operands: [operand('source')],
    doc: "Write the queue's progress counter",
    does: 'progress = d[source]',
  }),
  instruction('PROGRESS_LOAD', 43, {
    fields: [reg64('destination', 48, 'write')],
    operands: [operand('destination')],
    doc: "Read the queue's progress counter",
    does: 'd[destination] = progress',
  }),
  instruction('RUN_COMPUTE_INDIRECT', 44, {
    execution: 'async',
    entry: 'endpoint',
    staging: 'COMPUTE',
    fields: [uint('workgroups_per_task', 0, 16), epLimit, progress, ...selects, stage],
    modifiers: [...selectModifiers, stageModifier, progressFlag],
    operands: [operand('workgroups_per_task'), optional('ep_limit')],
    doc: 'RUN_COMPUTE for a grid known only at run time; the hardware chooses the split',
    does: 'sb[endpoint] += 1; split the grid r37-r39 into tasks; when done sb[endpoint] -= 1',
  }),
  instruction('ERROR_BARRIER', 47, { doc: 'End the error state of the queue', does: 'error = none' }),
  instruction('HEAP_SET', 48, {
    fields: [reg64('address', 40, 'read')],
    operands: [operand('address')],
    doc: 'Select the tiler heap of later tiling and heap operations',
    does: 'heap = d[address]',
  }),
  instruction('HEAP_OPERATION', 49, {
    execution: 'deferred',
    entry: 'signal',
    fields: [
      until(10, named('operation', 32, 2, E.HeapOperation)),
      since(11, named('operation', 32, 3, E.HeapOperation)),
      ...deferred,
    ],
    modifiers: [choice('operation', E.HeapOperation), deferFlag],
    operands: deferOperands,
    doc: 'Count a tiling pass started or finished, or a fragment pass finished, in the current heap',
    does: 'heap.counter[operation] += 1',
  }),
  instruction('TRACE_POINT', 50, {
    execution: 'deferred',
    entry: 'signal',
    fields: [regbase('base_register', 32, 'read'), uint('register_count', 40, 8), ...deferred],
    modifiers: [deferFlag],
    operands: [operand('base_register'), operand('register_count'), ...deferOperands],
    doc: 'Copy registers to the trace buffer of the firmware',
    does: 'trace(r[base_register] .. r[base_register + register_count - 1])',
  }),
  syncUpdate('SYNC_ADD64', 51, 64, true),
  syncUpdate('SYNC_SET64', 52, 64, false),
  syncWait('SYNC_WAIT64', 53, 64),
] as const;

/** Short names of LOGIC_OP32, as Mesa's builder calls them. The disassembler prints LOGIC_OP32. */
const logic = (name: string, mode: number, index: 0 | 1, sources: readonly string[], doc: string): PseudoOp => ({
  name,
  of: 'LOGIC_OP32',
  preset: { mode, index },
  operands: ['destination', ...sources].map((f) => operand(f)),
  since: 11,
  doc,
});

const BOTH = ['source_0', 'source_1'] as const;
export const PSEUDO_OPS: readonly PseudoOp[] = [
  logic('MOVE_REG32', E.LogicOp.MOV_A, 0, ['source_0'], 'Copy a register'),
  logic('NOT32', E.LogicOp.NOT_A, 0, ['source_0'], 'Invert a register'),
  logic('AND32', E.LogicOp.AND, 0, BOTH, 'Bitwise and'),
  logic('OR32', E.LogicOp.OR, 0, BOTH, 'Bitwise or'),
  logic('XOR32', E.LogicOp.XOR, 0, BOTH, 'Bitwise exclusive or'),
  logic('BIT_SET32', E.LogicOp.OR, 1, BOTH, 'Set the bit numbered by the second source'),
  logic('BIT_CLEAR32', E.LogicOp.AND_A_NB, 1, BOTH, 'Clear the bit numbered by the second source'),
];
