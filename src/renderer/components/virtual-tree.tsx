/**
 * A tree that draws only the rows in view: arrows move and open, Home, End and the page keys jump, Enter acts, typing
 * a letter goes to the next row that begins with it. One element has the focus; the row is named through
 * aria-activedescendant, so that screen readers follow.
 */
import { useVirtualizer } from '@tanstack/react-virtual';
import { ChevronDown, ChevronRight } from 'lucide-react';
import { useEffect, useId, useRef, type KeyboardEvent, type ReactNode } from 'react';
import { useRowHeight } from './row-height.ts';
import type { TreeNode, TreeRow } from './tree-rows.ts';

export interface VirtualTreeProps<T> {
  /** What it holds, for screen readers. */
  readonly label: string;
  /** From `treeRows`. */
  readonly rows: readonly TreeRow<T>[];
  readonly selected: string | undefined;
  readonly onSelect: (node: TreeNode<T>) => void;
  readonly onToggle: (node: TreeNode<T>, open: boolean) => void;
  /** Enter or a double click. */
  readonly onActivate?: (node: TreeNode<T>) => void;
  /** Keys the tree does not use; call preventDefault when one is taken. */
  readonly onKey?: (event: KeyboardEvent, node: TreeNode<T> | undefined) => void;
  readonly render: (row: TreeRow<T>) => ReactNode;
  /** Words by which a row is found when typing. Screen readers say what `render` shows. */
  readonly nameOf: (node: TreeNode<T>) => string;
  /** Told which rows are in view, so that values are asked for these alone. */
  readonly onVisible?: (first: number, last: number) => void;
}

const INDENT_PX = 14;

export function VirtualTree<T>(props: VirtualTreeProps<T>) {
  const { label, rows, selected, onSelect, onToggle, onActivate, onKey, render, nameOf, onVisible } = props;
  const id = useId();
  const scroller = useRef<HTMLDivElement>(null);
  const rowHeight = useRowHeight();
  // The virtualizer changes inside; this component is drawn again at each of its changes.
  // oxlint-disable-next-line react/incompatible-library
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 8,
  });
  useEffect(() => virtual.measure(), [rowHeight, virtual]);
  const items = virtual.getVirtualItems();
  const at = rows.findIndex((r) => r.node.id === selected);
  const [first, last] = [items[0]?.index ?? 0, items.at(-1)?.index ?? -1];
  useEffect(() => onVisible?.(first, last), [first, last, rows, onVisible]);
  const scrolledTo = useRef<string>(undefined);
  useEffect(() => {
    if (at < 0 || selected === scrolledTo.current) return;
    scrolledTo.current = selected;
    virtual.scrollToIndex(at, { align: 'auto' });
  }, [selected, at, virtual]);

  const go = (index: number) => {
    const row = rows[Math.max(0, Math.min(rows.length - 1, index))];
    if (row === undefined) return;
    onSelect(row.node);
    virtual.scrollToIndex(rows.indexOf(row), { align: 'auto' });
  };
  const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? rowHeight) / rowHeight) - 1);
  const row = rows[at];
  const right = () => {
    if (row?.branch !== true) return;
    if (row.open) go(at + 1);
    else onToggle(row.node, true);
  };
  const left = () => {
    if (row?.open === true) onToggle(row.node, false);
    else if (row !== undefined && row.parent >= 0) go(row.parent);
  };
  const moves: Readonly<Record<string, () => void>> = {
    ArrowDown: () => go(at + 1),
    ArrowUp: () => go(at - 1),
    Home: () => go(0),
    End: () => go(rows.length - 1),
    PageDown: () => go(at + page),
    PageUp: () => go(at - page),
    ArrowRight: right,
    ArrowLeft: left,
    Enter: () => {
      if (row === undefined) return;
      if (onActivate !== undefined) onActivate(row.node);
      else if (row.branch) onToggle(row.node, !row.open);
    },
  };
  const typed = (letter: string) => {
    for (let step = 1; step <= rows.length; step++) {
      const index = (at + step) % rows.length;
      const candidate = rows[index];
      if (candidate !== undefined && nameOf(candidate.node).toLowerCase().startsWith(letter)) return go(index);
    }
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.target !== event.currentTarget) return;
    onKey?.(event, row?.node);
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    const move = moves[event.key];
    if (move !== undefined) {
      event.preventDefault();
      move();
    } else if (/^[a-z0-9_]$/i.test(event.key)) {
      typed(event.key.toLowerCase());
    }
  };
  return (
    <div
      className="tree"
      ref={scroller}
      role="tree"
      aria-label={label}
      tabIndex={0}
      data-autofocus
      aria-activedescendant={items.some((i) => i.index === at) ? `${id}-${at}` : undefined}
      onKeyDown={onKeyDown}
    >
      <div role="none" style={{ height: virtual.getTotalSize(), position: 'relative' }}>
        {items.map((item) => {
          const r = rows[item.index];
          if (r === undefined) return undefined;
          return (
            <div
              key={r.node.id}
              id={`${id}-${item.index}`}
              role="treeitem"
              aria-level={r.depth + 1}
              aria-posinset={r.place}
              aria-setsize={r.siblings}
              aria-expanded={r.branch ? r.open : undefined}
              aria-selected={item.index === at}
              className="tree-row"
              style={{ transform: `translateY(${item.start}px)`, paddingLeft: 4 + r.depth * INDENT_PX }}
              onClick={() => onSelect(r.node)}
              onContextMenu={() => onSelect(r.node)}
              onDoubleClick={() => (onActivate === undefined ? onToggle(r.node, !r.open) : onActivate(r.node))}
            >
              <span
                className="tree-mark"
                aria-hidden
                onClick={(e) => {
                  if (!r.branch) return;
                  e.stopPropagation();
                  onToggle(r.node, !r.open);
                }}
              >
                {r.branch && (r.open ? <ChevronDown size={14} /> : <ChevronRight size={14} />)}
              </span>
              {render(r)}
            </div>
          );
        })}
      </div>
    </div>
  );
}
