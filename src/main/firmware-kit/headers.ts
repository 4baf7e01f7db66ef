/**
 * C headers of the specification, so that firmware never writes an offset of its own: `mali_mcu.h` (private
 * hardware of the MCU) and `csf_interface.h` (what host and firmware share). The files in
 * resources/firmware/generated are these functions' output; a test compares them.
 */
import { hex } from '../../base/bits.ts';
import type { Register } from '../../spec/registers/define.ts';
import { GPU_POWER } from '../../spec/registers/power.ts';
import * as mcu from '../../spec/registers/mcu-private.ts';
import * as fw from '../../spec/firmware/interface.ts';
import type { RequestWord } from '../../spec/firmware/interface.ts';
import { cStruct, defineLine, fieldDefines, registerMacro } from './c-text.ts';

const BANNER = '/* Generated from src/spec by `tyr fw build`. Do not edit. */';

/** Public registers the firmware reads through the MCU's view. */
const PUBLIC = ['GPU_SHADER_PRESENT', 'GPU_TILER_PRESENT'] as const;

/** The text of mali_mcu.h. */
export function mcuHeader(): string {
  const base = (register: Register): string => hex(mcu.MCU_REG_BASE + register.offset, 8);
  const fixed = [mcu.MCU_GPU, mcu.MCU_CORE, mcu.MCU_WINDOW, mcu.MCU_CSG, mcu.MCU_PRF].flatMap(
    (block) => Object.values(block) as Register[],
  );
  const stream = Object.values(mcu.MCU_CS) as Register[];
  return file('MALI_MCU_H', [
    '#include "types.h"',
    '',
    defineLine('STREAM_BASE', hex(mcu.STREAM_BASE)),
    defineLine('STREAM_STRIDE', hex(mcu.STREAM_STRIDE)),
    defineLine('STREAM_COUNT', mcu.STREAM_COUNT),
    defineLine('STREAMS_PER_GROUP', mcu.STREAMS_PER_GROUP),
    defineLine('GROUP_COUNT', mcu.GROUP_COUNT),
    defineLine('JOB_CONTEXT_COUNT', mcu.JOB_CONTEXT_COUNT),
    defineLine('DEFER_COUNT', mcu.DEFER_COUNT),
    defineLine('EXCEPTION_TILER_OOM', mcu.EXCEPTION_TILER_OOM),
    '',
    ...Object.entries(mcu.NVIC_LINE).map(([name, line]) => defineLine(`NVIC_${name}`, line)),
    ...Object.entries(mcu.NVIC_PRIORITY).map(([name, priority]) => defineLine(`NVIC_PRIO_${name}`, hex(priority))),
    '',
    ...Object.entries(mcu.CS_CMD).map(([name, code]) => defineLine(`CS_CMD_${name}`, code)),
    '',
    ...PUBLIC.map((key) => registerMacro(GPU_POWER[key], base(GPU_POWER[key]))),
    ...fixed.flatMap((r) => ['', ...described(r), registerMacro(r, base(r)), ...fieldDefines(r.key, r)]),
    '',
    '/* One command-stream interface; cs is its number, 8 * group + stream. */',
    ...stream.flatMap((r) => [
      '',
      ...described(r),
      defineLine(`${r.key}_OFFSET`, hex(r.offset)),
      registerMacro(r, `STREAM_BASE + STREAM_STRIDE * (cs) + ${hex(r.offset)}`, 'cs'),
      ...fieldDefines(r.key, r).filter((line) => !line.includes('CS_CMD_CMD_')),
    ]),
  ]);
}

const STRUCTS = {
  glb_control: fw.GLB_CONTROL,
  glb_input: fw.GLB_INPUT,
  glb_output: fw.GLB_OUTPUT,
  csg_control: fw.CSG_CONTROL,
  csg_input: fw.CSG_INPUT,
  csg_output: fw.CSG_OUTPUT,
  cs_control: fw.CS_CONTROL,
  cs_input: fw.CS_INPUT,
  cs_output: fw.CS_OUTPUT,
  queue_input: fw.QUEUE_INPUT,
  queue_output: fw.QUEUE_OUTPUT,
} as const;

/** The text of csf_interface.h. */
export function interfaceHeader(): string {
  return file('CSF_INTERFACE_H', [
    '#include "types.h"',
    '',
    defineLine('SHARED_BASE', hex(fw.SHARED_BASE, 8)),
    defineLine('CSG_CONTROL_BASE', hex(fw.CSG_CONTROL_BASE)),
    defineLine('CS_CONTROL_BASE', hex(fw.CS_CONTROL_BASE)),
    defineLine('JOB_INT_GLOBAL', fw.JOB_INT_GLOBAL),
    defineLine('TIMER_UNIT_TICKS', fw.TIMER_UNIT_TICKS),
    '',
    ...requestDefines('GLB_REQ', fw.GLB_REQ),
    ...requestDefines('CSG_REQ', fw.CSG_REQ),
    ...requestDefines('CS_REQ', fw.CS_REQ),
    ...Object.entries(STRUCTS).flatMap(([name, block]) => {
      const registers = Object.values(block) as Register[];
      return [
        ...cStruct(name, registers),
        ...registers
          .filter((r) => !Object.hasOwn(r.init.fields ?? {}, 'STATE') && r.key !== 'REQ' && r.key !== 'ACK')
          .filter((r) => r.key !== 'ACK_IRQ_MASK')
          .flatMap((r) => fieldDefines(`${name.toUpperCase()}_${r.key}`, r)),
        '',
      ];
    }),
  ]);
}

/** `GLB_REQ_PING` and so on, as masks, and the masks of each kind. */
function requestDefines(prefix: string, word: RequestWord): string[] {
  const lines = Object.keys(word).map((name) => {
    return defineLine(`${prefix}_${name}`, `${hex(fw.requestMask(word, name), 8)}u`);
  });
  for (const kind of ['toggle', 'level', 'event'] as const) {
    lines.push(defineLine(`${prefix}_ALL_${kind.toUpperCase()}`, `${hex(fw.maskOf(word, kind), 8)}u`));
  }
  for (const [name, value] of Object.entries(word['STATE']?.enum ?? {})) {
    lines.push(defineLine(`${prefix}_STATE_${name}`, value));
  }
  return [...lines, ''];
}

function described(register: Register): string[] {
  return register.doc === '' ? [] : [`/* ${register.doc} */`];
}

function file(guard: string, lines: readonly string[]): string {
  return [BANNER, `#ifndef ${guard}`, `#define ${guard}`, '', ...lines, '', '#endif', ''].join('\n');
}
