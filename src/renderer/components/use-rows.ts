/** Follows the scroll bar and the size of a scroller with equal rows, and moves it (row-window.ts has the arithmetic). */
import { useLayoutEffect, useState, useSyncExternalStore, type RefObject } from 'react';
import { Emitter } from '../lib/emitter.ts';
import {
  clampOffset,
  isScaled,
  offsetAt,
  offsetToShow,
  placeOf,
  rowsIn,
  rowWindow,
  topOf,
  type RowWindow,
} from './row-window.ts';

interface Shown {
  readonly window: RowWindow;
  readonly offset: number;
}

class RowScroll {
  private readonly emitter = new Emitter();
  private element: HTMLElement | undefined;
  private shown: Shown = { window: rowWindow(0, 1, 0), offset: 0 };

  readonly subscribe = this.emitter.subscribe;
  readonly state = (): Shown => this.shown;

  /** `head`: pixels at the top of the scroller that a fixed head covers. */
  attach(element: HTMLElement, head: number): () => void {
    this.element = element;
    const measure = () => this.fit(this.shown.window.count, this.shown.window.rowHeight, element.clientHeight - head);
    const follow = () => this.set(this.shown.window, offsetAt(this.shown.window, element.scrollTop, this.shown.offset));
    const wheel = (event: WheelEvent) => {
      const { window: w, offset } = this.shown;
      if (!isScaled(w) || event.ctrlKey || event.shiftKey || event.deltaY === 0) return;
      event.preventDefault();
      const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? w.rowHeight : 1;
      this.move(clampOffset(w, offset + event.deltaY * unit));
    };
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    element.addEventListener('scroll', follow, { passive: true });
    element.addEventListener('wheel', wheel, { passive: false });
    measure();
    return () => {
      observer.disconnect();
      element.removeEventListener('scroll', follow);
      element.removeEventListener('wheel', wheel);
      this.element = undefined;
    };
  }

  /** The rows stay in view when their number changes: where the bar moves in proportion it has to be set for that. */
  readonly fit = (count: number, rowHeight: number, view = this.shown.window.view): void => {
    const { window: w, offset } = this.shown;
    if (w.count === count && w.rowHeight === rowHeight && w.view === view) return;
    const next = rowWindow(count, rowHeight, Math.max(0, view));
    this.set(next, clampOffset(next, offset));
    if (isScaled(next)) this.move(this.shown.offset);
  };

  /** Brings a row into view. */
  readonly show = (index: number): void => {
    this.move(offsetToShow(this.shown.window, this.shown.offset, index));
  };

  /** The bar again where the rows are: what was asked for before the rows had their height could not be reached. */
  readonly settle = (w: RowWindow): void => {
    const top = topOf(w, this.shown.offset);
    if (this.element !== undefined && Math.abs(this.element.scrollTop - top) > 1) this.element.scrollTop = top;
  };

  private move(offset: number): void {
    this.set(this.shown.window, offset);
    if (this.element !== undefined) this.element.scrollTop = topOf(this.shown.window, offset);
  }

  private set(window: RowWindow, offset: number): void {
    if (window === this.shown.window && offset === this.shown.offset) return;
    this.shown = { window, offset };
    this.emitter.emit();
  }
}

export interface Rows {
  /** Height of the element that holds the rows. */
  readonly height: number;
  readonly first: number;
  /** -1 without rows. */
  readonly last: number;
  /** Rows a page key moves by. */
  readonly page: number;
  readonly atEnd: boolean;
  /** Where a row is drawn inside of its element. */
  readonly placeOf: (index: number) => number;
  readonly show: (index: number) => void;
}

export function useRows(scroller: RefObject<HTMLElement | null>, count: number, rowHeight: number, head: number): Rows {
  const [scroll] = useState(() => new RowScroll());
  const { window: w, offset } = useSyncExternalStore(scroll.subscribe, scroll.state);
  useLayoutEffect(() => scroll.fit(count, rowHeight), [scroll, count, rowHeight]);
  useLayoutEffect(
    () => (scroller.current === null ? undefined : scroll.attach(scroller.current, head)),
    [scroll, scroller, head],
  );
  useLayoutEffect(() => scroll.settle(w), [scroll, w]);
  const { first, last } = rowsIn(w, offset);
  return {
    height: w.height,
    first,
    last: Math.min(last, count - 1),
    page: Math.max(1, Math.floor(w.view / w.rowHeight) - 1),
    atEnd: offset >= w.maxOffset - w.rowHeight,
    placeOf: (index) => placeOf(w, offset, index),
    show: scroll.show,
  };
}
