/**
 * A tree that draws only the rows in view: arrows move and open, Home, End and the page keys jump, Enter acts, typing
 * a letter goes to the next row that begins with it. One element has the focus; the row is named through
 * aria-activedescendant, so that screen readers follow.
 */
import { ChevronDown, ChevronRight } from 'lucide-react';
import { useEffect, useId, useRef, type KeyboardEvent, type ReactNode } from 'react';
import { useRowHeight } from './row-height.ts';
import type { TreeNode, TreeRow } from './tree-rows.ts';
import { useRows } from './use-rows.ts';

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
  const view = useRows(scroller, rows.length, rowHeight, 0);
  const { first, last, show } = view;
  const at = rows.findIndex((r) => r.node.id === selected);
  useEffect(() => onVisible?.(first, last), [first, last, onVisible]);
  const scrolledTo = useRef<string>(undefined);
  useEffect(() => {
    if (at < 0 || selected === scrolledTo.current) return;
    scrolledTo.current = selected;
    show(at);
  }, [selected, at, show]);

  const go = (index: number) => {
    const row = rows[Math.max(0, Math.min(rows.length - 1, index))];
    if (row === undefined) return;
    onSelect(row.node);
    show(rows.indexOf(row));
  };
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
    PageDown: () => go(at + view.page),
    PageUp: () => go(at - view.page),
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
      aria-activedescendant={at >= first && at <= last ? `${id}-${at}` : undefined}
      onKeyDown={onKeyDown}
    >
      <div role="none" style={{ height: view.height, position: 'relative' }}>
        {rows.slice(first, last + 1).map((r, i) => {
          const index = first + i;
          return (
            <div
              key={r.node.id}
              id={`${id}-${index}`}
              role="treeitem"
              aria-level={r.depth + 1}
              aria-posinset={r.place}
              aria-setsize={r.siblings}
              aria-expanded={r.branch ? r.open : undefined}
              aria-selected={index === at}
              className="tree-row"
              style={{ transform: `translateY(${view.placeOf(index)}px)`, paddingLeft: 4 + r.depth * INDENT_PX }}
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
