/**
 * Staging registers: where RUN_* instructions find their arguments. Numbers are 32-bit registers; an entry of
 * two registers is a pair, low word first. The values are sampled when the instruction issues, so a stream may
 * overwrite them at once. Facts from Mesa's genxml and PanVK's CSF back-end.
 */
import type { Arch, Field, StagingName } from './define.ts';
import type { Row } from './isa.ts';
import { field } from './isa.ts';

export interface StagingEntry {
  readonly name: string;
  /** First register. */
  readonly register: number;
  /** 1 or 2 registers. */
  readonly size: 1 | 2;
  /** Smallest architecture that reads it. */
  readonly since: Arch;
  /** Select field that moves the pair: register + stride * select. */
  readonly select: string | undefined;
  readonly stride: number;
}

const one = (name: string, register: number, since: Arch = 10): StagingEntry => ({
  name,
  register,
  size: 1,
  since,
  select: undefined,
  stride: 0,
});
const pair = (name: string, register: number, select?: string, stride = 2): StagingEntry => ({
  name,
  register,
  size: 2,
  since: 10,
  select,
  stride,
});

const traceIds = [one('ITER_TRACE_ID0', 62, 11), one('ITER_TRACE_ID1', 63, 11)];
/** The four resource tables of one shader, moved by the selects. */
const selected = [
  pair('SRT', 0, 'srt_select'),
  pair('FAU', 8, 'fau_select'),
  pair('SPD', 16, 'spd_select'),
  pair('TSD', 24, 'tsd_select'),
];
const drawCounts = [
  one('GLOBAL_ATTRIBUTE_OFFSET', 32),
  one('INDEX_COUNT', 33),
  one('INSTANCE_COUNT', 34),
  one('INDEX_OFFSET', 35),
  one('VERTEX_OFFSET', 36),
];
/** What RUN_IDVS and RUN_TILING share above r37. */
const drawState = [
  one('DCD2', 38),
  one('INDEX_BUFFER_SIZE', 39),
  pair('TILER_CTX', 40),
  pair('SCISSOR_BOX', 42),
  one('LOW_DEPTH_CLAMP', 44),
  one('HIGH_DEPTH_CLAMP', 45),
  pair('OQ', 46),
  pair('BLEND_DESC', 50),
  pair('ZSD', 52),
  pair('INDEX_BUFFER', 54),
  one('TILER_FLAGS', 56),
  one('DCD0', 57),
  one('DCD1', 58),
  pair('PRIMITIVE_SIZE', 60),
];

export const STAGING: Readonly<Record<StagingName, readonly StagingEntry[]>> = {
  COMPUTE: [
    ...selected,
    one('GLOBAL_ATTRIBUTE_OFFSET', 32),
    one('WG_SIZE', 33),
    one('JOB_OFFSET_X', 34),
    one('JOB_OFFSET_Y', 35),
    one('JOB_OFFSET_Z', 36),
    one('JOB_SIZE_X', 37),
    one('JOB_SIZE_Y', 38),
    one('JOB_SIZE_Z', 39),
  ],
  IDVS: [
    pair('POSITION_SRT', 0),
    pair('VARYING_SRT', 0, 'varying_srt_select'),
    pair('FRAGMENT_SRT', 0, 'fragment_srt_select', 4),
    pair('POSITION_FAU', 8),
    pair('VARYING_FAU', 8, 'varying_fau_select'),
    pair('FRAGMENT_FAU', 12),
    pair('POSITION_SPD', 16),
    pair('VARYING_SPD', 18),
    pair('FRAGMENT_SPD', 20),
    pair('POSITION_TSD', 24),
    pair('VARYING_TSD', 24, 'varying_tsd_select'),
    pair('FRAGMENT_TSD', 24, 'fragment_tsd_select', 4),
    ...drawCounts,
    one('INSTANCE_OFFSET', 37),
    ...drawState,
    one('VARY_SIZE', 48),
    one('TILER_FLAGS2', 61, 11),
    ...traceIds,
  ],
  IDVS2: [
    pair('VERTEX_SRT', 0),
    pair('FRAGMENT_SRT', 2),
    pair('VERTEX_FAU', 8),
    pair('FRAGMENT_FAU', 10),
    pair('VERTEX_SPD', 16),
    pair('FRAGMENT_SPD', 18),
    pair('VERTEX_TSD', 24),
    pair('FRAGMENT_TSD', 26),
    ...drawCounts,
    one('INSTANCE_OFFSET', 37),
    pair('TILER_CTX', 40),
    pair('SCISSOR_BOX', 42),
    pair('VIEWPORT_HIGH', 44),
    pair('VIEWPORT_LOW', 46),
    pair('INDEX_BUFFER', 48),
    one('INDEX_BUFFER_SIZE', 50),
    one('VARY_SIZE', 51),
    pair('ZSD', 52),
    pair('BLEND_DESC', 54),
    one('TILER_FLAGS', 56),
    one('DCD0', 57),
    one('DCD1', 58),
    one('DCD2', 59),
    one('PRIMITIVE_SIZE', 60),
    one('TILER_FLAGS2', 61),
    ...traceIds,
    pair('OQ', 64),
  ],
  TILING: [...selected, ...drawCounts, ...drawState, pair('VERTEX_POSITION_ARRAY', 48), one('VERTEX_BOUNDS', 59)],
  FULLSCREEN: [pair('TILER_CTX', 40), pair('SCISSOR_BOX', 42), one('TILER_FLAGS', 56), one('TILER_FLAGS2', 61, 11)],
  FRAGMENT: [
    pair('FBD_POINTER', 40),
    one('BBOX_MIN', 42),
    one('BBOX_MAX', 43),
    pair('TEM_POINTER', 44),
    one('TEM_ROW_STRIDE', 46),
  ],
};

/** The staging registers a word of `row` reads: each entry with its first register, selects applied. */
export function stagingReads(
  row: Row,
  lo: number,
  hi: number,
): readonly { readonly entry: StagingEntry; readonly register: number }[] {
  if (row.staging === undefined) return [];
  return STAGING[row.staging]
    .filter((e) => row.arch >= e.since)
    .map((entry) => {
      const f: Field | undefined = entry.select === undefined ? undefined : row.byName[entry.select];
      return { entry, register: entry.register + (f === undefined ? 0 : entry.stride * field(lo, hi, f)) };
    });
}

/** First register of the staging entry `name`; undefined when the table has none. */
export function stagingRegister(table: StagingName, name: string): number | undefined {
  return STAGING[table].find((e) => e.name === name)?.register;
}
