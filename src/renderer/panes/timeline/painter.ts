/**
 * Between the model and the canvas: draws once per animation frame at most, outside of React, so that panning costs
 * only its drawing; and turns wheel and pointer into what the model understands.
 */
import { DisposableStack } from '../../../base/disposable.ts';
import { AXIS_PX, CanvasSurface, type Surface } from './draw.ts';
import { markAt } from './marks.ts';
import type { TimelineModel } from './model.ts';
import { nsAt } from './scale.ts';
import type { TrackStore } from './track-store.ts';

/** A wheel click of 100 units zooms by this factor, and pans by this share of the view. */
const WHEEL_ZOOM = 1.2;
const WHEEL_SHARE = 0.12;
/** Pixels the pointer moves before a press is a drag. */
const DRAG_PX = 3;

export interface PainterParts {
  readonly model: TimelineModel;
  readonly store: TrackStore;
  readonly scroller: HTMLElement;
  readonly canvas: HTMLCanvasElement;
  readonly rowHeight: number;
}

export class Painter {
  private readonly parts: PainterParts;
  private readonly surface: Surface;
  private readonly stack = new DisposableStack();
  private frame = 0;

  constructor(parts: PainterParts) {
    this.parts = parts;
    this.surface = new CanvasSurface(parts.canvas);
    const { model, store, scroller, canvas } = parts;
    this.stack.defer(model.subscribe(this.schedule));
    this.stack.defer(store.subscribe(this.schedule));
    const observer = new ResizeObserver(this.schedule);
    observer.observe(scroller);
    this.stack.defer(() => observer.disconnect());
    const page = canvas.ownerDocument.documentElement;
    const themes = new MutationObserver(([change]) => {
      if (change?.oldValue === page.dataset['theme']) return;
      this.surface.readTokens();
      this.schedule();
    });
    themes.observe(page, { attributeFilter: ['data-theme'], attributeOldValue: true });
    this.stack.defer(() => themes.disconnect());
    this.listen(scroller, 'scroll', this.schedule);
    this.listen(scroller, 'wheel', this.wheel, { passive: false });
    this.listen(canvas, 'pointerdown', this.press);
    this.listen(canvas, 'pointermove', (e) => model.pointAt(this.place(e).ns));
    this.listen(canvas, 'pointerleave', () => model.pointAt(undefined));
    this.listen(canvas, 'dblclick', () => model.fitSelection());
    this.schedule();
  }

  dispose(): void {
    cancelAnimationFrame(this.frame);
    this.stack.dispose();
  }

  private listen<K extends keyof HTMLElementEventMap>(
    element: HTMLElement,
    type: K,
    listener: (event: HTMLElementEventMap[K]) => void,
    options?: AddEventListenerOptions,
  ): void {
    element.addEventListener(type, listener, options);
    this.stack.defer(() => element.removeEventListener(type, listener));
  }

  private readonly schedule = (): void => {
    if (this.frame === 0) this.frame = requestAnimationFrame(() => this.draw());
  };

  private draw(): void {
    this.frame = 0;
    const { model, store, scroller, canvas, rowHeight } = this.parts;
    const height = scroller.clientHeight;
    if (canvas.style.height !== `${height}px`) canvas.style.height = `${height}px`;
    const width = canvas.clientWidth;
    const rows = model.rows();
    const first = Math.floor(scroller.scrollTop / rowHeight);
    const inView = rows.slice(first, first + Math.ceil(height / rowHeight) + 1);
    store.want(
      model.view,
      width,
      inView.flatMap((r) => (r.track === undefined ? [] : [r.track.id])),
    );
    const { picked } = model;
    this.surface.resize(width, height, window.devicePixelRatio);
    this.surface.draw({
      view: model.view,
      rows: rows.map((r) => ({ ...r, data: r.track === undefined ? undefined : store.data(r.track.id) })),
      rowHeight,
      scrollTop: scroller.scrollTop,
      nowNs: store.list().endNs,
      activeTrack: model.activeTrack,
      selected:
        picked === undefined ? undefined : { track: picked.track, fromNs: picked.mark.fromNs, toNs: picked.mark.toNs },
      area: model.area,
      measure: model.measure,
    });
  }

  /** Pixel, time and track under the pointer. */
  private place(event: { readonly clientX: number; readonly clientY: number }) {
    const { model, scroller, canvas, rowHeight } = this.parts;
    const box = canvas.getBoundingClientRect();
    const x = event.clientX - box.left;
    const y = event.clientY - box.top;
    const index = Math.floor((y - AXIS_PX + scroller.scrollTop) / rowHeight);
    const track = y < AXIS_PX ? undefined : model.rows()[index]?.track?.id;
    return { x, ns: nsAt(model.view, canvas.clientWidth, x), track };
  }

  private readonly wheel = (event: WheelEvent): void => {
    const { model } = this.parts;
    const clicks = (event.deltaY + event.deltaX) / 100;
    if (event.ctrlKey || event.metaKey) model.zoomAt(this.place(event).ns, WHEEL_ZOOM ** clicks);
    else if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) model.panBy(clicks * WHEEL_SHARE);
    else return;
    event.preventDefault();
  };

  private readonly press = (event: PointerEvent): void => {
    if (event.button !== 0) return;
    const { model, store, canvas } = this.parts;
    const start = this.place(event);
    let dragging = false;
    const moves = new AbortController();
    canvas.setPointerCapture(event.pointerId);
    const move = (e: PointerEvent) => {
      if (!dragging && Math.abs(e.clientX - event.clientX) < DRAG_PX) return;
      dragging = true;
      const stretch = { fromNs: start.ns, toNs: this.place(e).ns };
      if (event.shiftKey) model.setMeasure(stretch);
      else model.setArea(stretch);
    };
    const up = () => {
      moves.abort();
      if (dragging || start.track === undefined) return;
      const marks = store.data(start.track)?.marks ?? [];
      model.pick(start.track, markAt(marks, model.view, canvas.clientWidth, start.x));
    };
    canvas.addEventListener('pointermove', move, { signal: moves.signal });
    canvas.addEventListener('pointerup', up, { signal: moves.signal });
    canvas.addEventListener('pointercancel', () => moves.abort(), { signal: moves.signal });
  };
}
