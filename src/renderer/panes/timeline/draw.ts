/**
 * Drawing the timeline. `Surface` is all the pane knows; behind it is a 2d canvas, which draws a screen of a million
 * rows in a few milliseconds because rows were merged into columns before. Each meaning has a colour and a shape.
 */
import type { TimelineTrack } from '../../../protocol/window.ts';
import { columns, type Column } from './marks.ts';
import { spanText, ticks, xOf, type View } from './scale.ts';
import type { TrackData } from './track-store.ts';

/** A track, or the heading of a group, at its height in the list. */
export interface Row {
  readonly track: TimelineTrack | undefined;
  readonly label: string;
  readonly data: TrackData | undefined;
}

/** A stretch of time somebody marked. */
export interface Stretch {
  readonly fromNs: number;
  readonly toNs: number;
}

export interface Scene {
  readonly view: View;
  readonly rows: readonly Row[];
  readonly rowHeight: number;
  /** Pixels of the list above the visible part. */
  readonly scrollTop: number;
  readonly nowNs: number;
  readonly activeTrack: string | undefined;
  readonly selected: (Stretch & { readonly track: string }) | undefined;
  readonly area: Stretch | undefined;
  readonly measure: Stretch | undefined;
}

export interface Surface {
  /** Size in CSS pixels. */
  resize(width: number, height: number, ratio: number): void;
  draw(scene: Scene): void;
  /** Takes the colours of the theme in force. */
  readTokens(): void;
}

/** Height of the axis above the tracks, in CSS pixels. */
export const AXIS_PX = 22;
const PAD_PX = 3;
/** Narrowest column that gets words. */
const WORDS_PX = 40;

/** Colour tokens by the kind of a track. */
const TRACK_TOKENS: readonly (readonly [RegExp, string])[] = [
  [/^irq/, '--irq'],
  [/^(access:mcu|mcu)/, '--run'],
  [/^(job|cs)/, '--accent'],
  [/^(access|ioctl)/, '--write'],
  [/^driver_log/, '--wait'],
  [/./, '--read'],
];

type Colours = ReadonlyMap<string, string>;
const TOKENS = ['--surface-1', '--surface-2', '--line', '--ink', '--ink-2', '--fault', '--select', '--focus'] as const;

export class CanvasSurface implements Surface {
  private readonly canvas: HTMLCanvasElement;
  private readonly context: CanvasRenderingContext2D;
  private width = 0;
  private height = 0;
  private ratio = 1;
  private colours: Colours = new Map();
  private font = '';

  constructor(canvas: HTMLCanvasElement) {
    const context = canvas.getContext('2d', { alpha: false });
    if (context === null) throw new Error('this browser has no 2d canvas');
    this.canvas = canvas;
    this.context = context;
    this.readTokens();
  }

  readTokens(): void {
    const style = getComputedStyle(this.canvas);
    const names = new Set<string>([...TOKENS, ...TRACK_TOKENS.map(([, token]) => token)]);
    this.colours = new Map([...names].map((name) => [name, style.getPropertyValue(name).trim()]));
    this.font = `${style.getPropertyValue('font-size')} ${style.getPropertyValue('font-family')}`;
  }

  resize(width: number, height: number, ratio: number): void {
    if (width === this.width && height === this.height && ratio === this.ratio) return;
    Object.assign(this, { width, height, ratio });
    this.canvas.width = Math.max(1, Math.round(width * ratio));
    this.canvas.height = Math.max(1, Math.round(height * ratio));
  }

  draw(scene: Scene): void {
    const { context: c, width, height } = this;
    c.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    c.font = this.font;
    c.textBaseline = 'middle';
    c.fillStyle = this.colour('--surface-1');
    c.fillRect(0, 0, width, height);
    this.stretch(scene, scene.area, '--select', 0.6);
    this.grid(scene);
    c.save();
    c.beginPath();
    c.rect(0, AXIS_PX, width, height - AXIS_PX);
    c.clip();
    const first = Math.max(0, Math.floor(scene.scrollTop / scene.rowHeight));
    const last = Math.ceil((scene.scrollTop + height - AXIS_PX) / scene.rowHeight);
    for (let i = first; i < Math.min(last, scene.rows.length); i++) {
      const row = scene.rows[i];
      if (row !== undefined) this.row(scene, row, AXIS_PX + i * scene.rowHeight - scene.scrollTop);
    }
    c.restore();
    this.now(scene);
    this.measure(scene);
  }

  private colour(token: string): string {
    return this.colours.get(token) ?? '#888888';
  }

  private grid(scene: Scene): void {
    const { context: c, width, height } = this;
    c.fillStyle = this.colour('--surface-2');
    c.fillRect(0, 0, width, AXIS_PX);
    for (const tick of ticks(scene.view, width)) {
      const x = Math.round(xOf(scene.view, width, tick.ns));
      c.fillStyle = this.colour('--line');
      c.fillRect(x, 0, 1, height);
      c.fillStyle = this.colour('--ink-2');
      c.fillText(tick.text, x + 4, AXIS_PX / 2);
    }
    c.fillStyle = this.colour('--line');
    c.fillRect(0, AXIS_PX - 1, width, 1);
  }

  private row(scene: Scene, row: Row, y: number): void {
    const { context: c, width } = this;
    const { rowHeight: h, view } = scene;
    const { track, data } = row;
    if (track === undefined) {
      c.fillStyle = this.colour('--surface-2');
      c.fillRect(0, y, width, h);
      return;
    }
    if (track.id === scene.activeTrack) {
      c.fillStyle = this.colour('--surface-2');
      c.fillRect(0, y, width, h);
    }
    c.fillStyle = this.colour('--line');
    c.fillRect(0, y + h - 1, width, 1);
    if (data === undefined) return;
    const own = this.colour(TRACK_TOKENS.find(([kind]) => kind.test(track.id))?.[1] ?? '--read');
    const found = columns(data.marks, view, width);
    if (track.kind === 'counter') this.counter(found, own, y, h);
    else if (track.kind === 'slices') this.slices(found, data, own, y, h);
    else this.instants(found, own, y, h);
    if (scene.selected?.track === track.id) this.selection(scene.view, scene.selected, y, h);
  }

  private counter(found: readonly Column[], own: string, y: number, h: number): void {
    const { context: c } = this;
    const most = Math.max(1, ...found.map((k) => k.value));
    c.fillStyle = own;
    for (const k of found) {
      const tall = Math.max(k.value > 0 ? 1 : 0, Math.round((k.value / most) * (h - 2 * PAD_PX)));
      c.fillRect(k.x0, y + h - PAD_PX - tall, k.x1 - k.x0, tall);
    }
  }

  /** Boxes with their words; a fault is hatched and has a cross. */
  private slices(found: readonly Column[], data: TrackData, own: string, y: number, h: number): void {
    const { context: c } = this;
    for (const k of found) {
      const x0 = Math.max(-1, k.x0);
      const w = Math.min(this.width + 1, k.x1) - x0;
      c.fillStyle = k.bad ? this.colour('--fault') : own;
      c.globalAlpha = 0.35;
      c.fillRect(x0, y + PAD_PX, w, h - 2 * PAD_PX);
      c.globalAlpha = 1;
      c.fillRect(x0, y + PAD_PX, Math.min(2, w), h - 2 * PAD_PX);
      if (k.bad) this.cross(x0, y + PAD_PX);
      if (w < WORDS_PX) continue;
      const words = k.n === 1 ? (data.marks[k.first]?.label ?? '') : `${k.n} rows`;
      c.save();
      c.beginPath();
      c.rect(x0, y, w - 2, h);
      c.clip();
      c.fillStyle = this.colour('--ink');
      c.fillText(words, x0 + (k.bad ? 14 : 6), y + h / 2);
      c.restore();
    }
  }

  /** One row is a diamond on a stem, several are a bar that grows with their number. */
  private instants(found: readonly Column[], own: string, y: number, h: number): void {
    const { context: c } = this;
    const room = h - 2 * PAD_PX;
    c.fillStyle = own;
    for (const k of found) {
      if (k.bad) continue;
      if (k.n > 1) {
        const tall = Math.min(room, Math.round(room * (0.4 + 0.15 * Math.log10(k.n))));
        c.fillRect(k.x0, y + h - PAD_PX - tall, k.x1 - k.x0, tall);
        continue;
      }
      c.fillRect(k.x0, y + PAD_PX + 3, 1, room - 3);
      c.beginPath();
      c.moveTo(k.x0 + 0.5, y + PAD_PX - 1);
      c.lineTo(k.x0 + 4, y + PAD_PX + 3);
      c.lineTo(k.x0 + 0.5, y + PAD_PX + 7);
      c.lineTo(k.x0 - 3, y + PAD_PX + 3);
      c.fill();
    }
    for (const k of found) if (k.bad) this.cross(k.x0 - 4, y + PAD_PX);
  }

  private cross(x: number, y: number): void {
    const { context: c } = this;
    c.strokeStyle = this.colour('--fault');
    c.lineWidth = 2;
    c.beginPath();
    c.moveTo(x + 2, y + 2);
    c.lineTo(x + 10, y + 10);
    c.moveTo(x + 10, y + 2);
    c.lineTo(x + 2, y + 10);
    c.stroke();
  }

  private selection(view: View, s: Stretch, y: number, h: number): void {
    const { context: c, width } = this;
    const x0 = Math.max(-4, xOf(view, width, s.fromNs) - 3);
    const x1 = Math.min(width + 4, xOf(view, width, s.toNs) + 4);
    c.strokeStyle = this.colour('--focus');
    c.lineWidth = 2;
    c.strokeRect(x0, y + 1, Math.max(8, x1 - x0), h - 3);
  }

  private stretch(scene: Scene, s: Stretch | undefined, token: string, alpha: number): void {
    if (s === undefined) return;
    const { context: c, width, height } = this;
    const x0 = xOf(scene.view, width, s.fromNs);
    const x1 = xOf(scene.view, width, s.toNs);
    c.globalAlpha = alpha;
    c.fillStyle = this.colour(token);
    c.fillRect(x0, 0, Math.max(1, x1 - x0), height);
    c.globalAlpha = 1;
  }

  private now(scene: Scene): void {
    const x = xOf(scene.view, this.width, scene.nowNs);
    this.context.fillStyle = this.colour('--focus');
    this.context.fillRect(Math.round(x), 0, 1, this.height);
  }

  private measure(scene: Scene): void {
    const { measure, view } = scene;
    if (measure === undefined) return;
    const { context: c, width, height } = this;
    const x0 = xOf(view, width, measure.fromNs);
    const x1 = xOf(view, width, measure.toNs);
    c.fillStyle = this.colour('--focus');
    c.fillRect(x0, AXIS_PX, 1, height);
    c.fillRect(x1, AXIS_PX, 1, height);
    c.fillRect(Math.min(x0, x1), height - 10, Math.abs(x1 - x0), 1);
    const words = spanText(Math.abs(measure.toNs - measure.fromNs));
    const w = c.measureText(words).width;
    const at = Math.min(Math.max((x0 + x1) / 2 - w / 2, 4), width - w - 4);
    c.fillStyle = this.colour('--surface-2');
    c.fillRect(at - 4, height - 20, w + 8, 18);
    c.fillStyle = this.colour('--ink');
    c.fillText(words, at, height - 10);
  }
}
