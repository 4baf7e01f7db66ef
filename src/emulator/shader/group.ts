/**
 * Registers of a work-group before its first instruction: all 0, but for r55 to r62 where the program asks for ids
 * (Shader Program, `Preload`): local x and y in one register, local z, the group's numbers, the global ids.
 *
 * Clearing all registers of all warps is much of the work of a short program. Where it is known which ones the
 * programs since the last clearing could write, only those are cleared.
 */
import { FILLED, FIRST_WARP_WORD, IDS_ROW, LANES, MAX_WARPS, REGISTERS, WARP_WORDS, type LaneFile } from './layout.ts';
import { warpsOf, type Task } from './task.ts';
import { idsAt, registerAt, type StartFunctions } from './translator/start.ts';

/** First of the registers that are filled, and the register that bit 0 of `preload` means. */
const FIRST_PRELOAD = 55;
const PRELOAD_BASE = 48;
const LANE_SHIFT = 4;
const MAX_ITEMS = MAX_WARPS * LANES;

export class GroupStart {
  private readonly file: LaneFile;
  /** Local ids of items in groups of the size in use: x and y packed, z, x, y, z. */
  private readonly ids: readonly Int32Array[];
  private readonly size = [0, 0, 0];
  private readonly first = new Int32Array(FILLED);
  /** Warps whose registers are 0 but for those marked in `dirty`. */
  private clean = 0;
  private readonly dirty = new Uint8Array(REGISTERS);
  private readonly marked: number[] = [];

  /** Loops in JavaScript without it. */
  private readonly vectors: StartFunctions | undefined;

  constructor(file: LaneFile, vectors?: StartFunctions) {
    this.file = file;
    this.vectors = vectors;
    this.ids = Array.from({ length: FILLED }, (_, n) => file.words(IDS_ROW + n * MAX_WARPS, MAX_ITEMS));
  }

  /** Any register may be written from now on. */
  forget(): void {
    this.clean = 0;
  }

  /** Fills the registers for the group a task is at. `written`: what its program can write, undefined for unknown. */
  begin(task: Task, written: readonly number[] | undefined): void {
    const { environment: env, box } = task;
    const { sizeX, sizeY, sizeZ } = env;
    const warps = warpsOf(env);
    this.clear(warps);
    const gx = box.x + (task.group % box.nx);
    const gy = box.y + (Math.floor(task.group / box.nx) % box.ny);
    const gz = box.z + Math.floor(task.group / (box.nx * box.ny));
    this.resize(sizeX, sizeY, sizeZ);
    const { first } = this;
    first[2] = gx;
    first[3] = gy;
    first[4] = gz;
    first[5] = env.offsetX + gx * sizeX;
    first[6] = env.offsetY + gy * sizeY;
    first[7] = env.offsetZ + gz * sizeZ;
    const wanted = env.preload >>> (FIRST_PRELOAD - PRELOAD_BASE);
    for (let n = 0; n < FILLED; n++) {
      if (((wanted >>> n) & 1) === 0) continue;
      this.mark(FIRST_PRELOAD + n);
      this.fill(n, sizeX * sizeY * sizeZ);
    }
    if (written === undefined) this.clean = 0;
    else for (const register of written) this.mark(register);
  }

  /** One filled register of all items. */
  private fill(n: number, items: number): void {
    const { I } = this.file;
    const ids = this.ids[n]!;
    const start = this.first[n]!;
    const whole = this.vectors === undefined ? 0 : items >>> LANE_SHIFT;
    if (whole > 0) this.vectors!.fill(registerAt(FIRST_PRELOAD + n), whole, idsAt(n), start);
    let at = FIRST_WARP_WORD + (FIRST_PRELOAD + n) * LANES + whole * WARP_WORDS;
    for (let item = whole * LANES; item < items; item++) {
      I[at] = start + ids[item]!;
      at += (item & (LANES - 1)) === LANES - 1 ? WARP_WORDS - LANES + 1 : 1;
    }
  }

  private mark(register: number): void {
    if (this.dirty[register] === 1) return;
    this.dirty[register] = 1;
    this.marked.push(register);
  }

  private clear(warps: number): void {
    const { I, D } = this.file;
    const { dirty, marked } = this;
    const known = Math.min(this.clean, warps);
    for (const r of known === 0 ? [] : marked) {
      if (this.vectors !== undefined) {
        this.vectors.clear(registerAt(r), known);
        continue;
      }
      for (let w = 0; w < known; w++) {
        const at = (FIRST_WARP_WORD + w * WARP_WORDS + r * LANES) / 2;
        for (let d = 0; d < LANES / 2; d++) D[at + d] = 0;
      }
    }
    if (known < warps) I.fill(0, FIRST_WARP_WORD + known * WARP_WORDS, FIRST_WARP_WORD + warps * WARP_WORDS);
    if (warps < this.clean) return;
    this.clean = warps;
    for (const r of marked) dirty[r] = 0;
    marked.length = 0;
  }

  private resize(x: number, y: number, z: number): void {
    const { size, ids } = this;
    if (size[0] === x && size[1] === y && size[2] === z) return;
    size[0] = x;
    size[1] = y;
    size[2] = z;
    const [packed, depth, , , , globalX, globalY, globalZ] = ids;
    for (let item = 0; item < x * y * z; item++) {
      const ix = item % x;
      const iy = Math.floor(item / x) % y;
      const iz = Math.floor(item / (x * y));
      packed![item] = ix | (iy << 16);
      depth![item] = iz;
      globalX![item] = ix;
      globalY![item] = iy;
      globalZ![item] = iz;
    }
  }
}
