/** Tabs inside of a pane: arrows move between them. What the shown tab needs besides stands in the same line (`TabBar`). */
import { createContext, useContext, useId, useState, type KeyboardEvent, type ReactNode } from 'react';
import { createPortal } from 'react-dom';

const BarContext = createContext<HTMLElement | undefined>(undefined);

/** Puts its children behind the tabs, from inside the shown tab. */
export function TabBar({ children }: { readonly children: ReactNode }) {
  const bar = useContext(BarContext);
  return bar === undefined ? undefined : createPortal(children, bar);
}

export interface TabsProps<T extends string> {
  readonly label: string;
  readonly tabs: readonly { readonly id: T; readonly title: string }[];
  readonly shown: T;
  readonly onShow: (id: T) => void;
  /** What the shown tab holds. */
  readonly children: ReactNode;
}

export function Tabs<T extends string>({ label, tabs, shown, onShow, children }: TabsProps<T>) {
  const id = useId();
  const [bar, setBar] = useState<HTMLElement>();
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step === undefined) return;
    const at = tabs.findIndex((t) => t.id === shown);
    const next = tabs[(at + step + tabs.length) % tabs.length];
    if (next === undefined) return;
    event.preventDefault();
    onShow(next.id);
    const list = event.currentTarget;
    requestAnimationFrame(() => list.querySelector<HTMLElement>('[aria-selected="true"]')?.focus());
  };
  return (
    <>
      <div className="pane-bar">
        <div className="inner-tabs" role="tablist" aria-label={label} onKeyDown={onKeyDown}>
          {tabs.map((t) => (
            <button
              key={t.id}
              type="button"
              role="tab"
              className="tool"
              id={`${id}-${t.id}`}
              aria-selected={t.id === shown}
              aria-controls={`${id}-panel`}
              tabIndex={t.id === shown ? 0 : -1}
              onClick={() => onShow(t.id)}
            >
              {t.title}
            </button>
          ))}
        </div>
        <div className="tab-bar" ref={(element) => setBar(element ?? undefined)} />
      </div>
      <div className="inner-panel" role="tabpanel" id={`${id}-panel`} aria-labelledby={`${id}-${shown}`}>
        <BarContext.Provider value={bar}>{children}</BarContext.Provider>
      </div>
    </>
  );
}
