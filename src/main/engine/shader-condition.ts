/**
 * Conditions of breakpoints in shaders: expressions (protocol/debug-expression.ts) about one lane, asked for every lane
 * that executes. Names: `r0` to `r63`, uniforms `u0` to `u255`, `lane`, `warp`, `item` (of the work-group), `core`,
 * `group_x`, `group_y`, `group_z`, `active` (mask of lanes), `hits`. All are unsigned words; memory has no name here.
 */
import { UsageError } from '../../base/errors.ts';
import type { Task } from '../../emulator/shader/task.ts';
import { compileExpression, type ExpressionValues } from '../../protocol/debug-expression.ts';
import { SHADER_LANES, SHADER_REGISTERS } from '../../protocol/shader-debug.ts';

const UNIFORMS = 256;

/** An instruction of a warp before it executes. */
export interface WarpLook {
  readonly task: Pick<Task, 'core' | 'box' | 'group'>;
  readonly uniforms: Int32Array;
  readonly warp: number;
  readonly active: number;
  readonly hits: number;
  /** Rows of 16 lanes for each register. */
  readonly registers: Int32Array;
}

/** Mask of the executing lanes for which it holds. */
export type ShaderCondition = (look: WarpLook) => number;

type Name = (look: WarpLook, lane: number) => number;

const NAMES: Readonly<Record<string, Name>> = {
  lane: (_, lane) => lane,
  warp: ({ warp }) => warp,
  item: ({ warp }, lane) => warp * SHADER_LANES + lane,
  core: ({ task }) => task.core,
  active: ({ active }) => active,
  group_x: ({ task: { box, group } }) => box.x + (group % box.nx),
  group_y: ({ task: { box, group } }) => box.y + (Math.floor(group / box.nx) % box.ny),
  group_z: ({ task: { box, group } }) => box.z + Math.floor(group / (box.nx * box.ny)),
};

/** The value of a name, if there is one of that name. */
function valueOf(name: string, look: WarpLook, lane: number): number | undefined {
  if (Object.hasOwn(NAMES, name)) return NAMES[name]!(look, lane);
  const [, kind, digits = ''] = /^([ru])(0|[1-9]\d{0,2})$/.exec(name.toLowerCase()) ?? [];
  const number = Number(digits);
  if (kind === 'r' && number < SHADER_REGISTERS) return look.registers[number * SHADER_LANES + lane]! >>> 0;
  if (kind === 'u' && number < UNIFORMS) return (look.uniforms[number] ?? 0) >>> 0;
  return undefined;
}

/** Values of a lane for an expression; UsageError for what a lane does not have. */
function valuesOf(look: WarpLook, lane: number): ExpressionValues {
  const named = (name: string): number => {
    const value = valueOf(name, look, lane);
    if (value === undefined)
      throw new UsageError(`a lane has no "${name}" (r0, u0, lane, warp, item, core, group_x...)`);
    return value;
  };
  return {
    register: named,
    symbol: named,
    fact: (name) => (name === 'hits' ? look.hits : named(name)),
    memory: () => {
      throw new UsageError('a condition of a shader cannot name memory');
    },
  };
}

/** Nothing executes: to see whether all names are known. */
const NOWHERE: WarpLook = {
  task: { core: 0, box: { x: 0, y: 0, z: 0, nx: 1, ny: 1, nz: 1 }, group: 0 },
  uniforms: new Int32Array(),
  warp: 0,
  active: 0,
  hits: 0,
  registers: new Int32Array(SHADER_LANES * SHADER_REGISTERS),
};

/** Compiles a condition. UsageError when it is none, or names what a lane does not have. */
export function shaderCondition(text: string): ShaderCondition {
  const expression = compileExpression(text);
  expression(valuesOf(NOWHERE, 0));
  return (look) => {
    let mask = 0;
    for (let lane = 0; lane < SHADER_LANES; lane++) {
      if ((look.active >>> lane) & 1 && expression(valuesOf(look, lane)) !== 0) mask |= 1 << lane;
    }
    return mask;
  };
}
