/** What the user-interface benchmark runs inside of the page, as text: the page is not of this program's world. */

/** The anchor of the first paint: a page with one word. */
export const BARE_PAGE = '<!doctype html><html lang="en"><title>bare</title><body>bare</body></html>';

export interface FrameTimes {
  /** Milliseconds between two frames. */
  readonly deltas: readonly number[];
  /** Milliseconds of script in each frame. */
  readonly scripts: readonly number[];
}

/** Frames measured, there and back. */
const COUNT = 240;

/** Presses A and D on an element, one a frame; on nothing, measures frames at rest. */
export const FRAMES = `async (selector) => {
  const target = selector === undefined ? undefined : document.querySelector(selector);
  const deltas = [], scripts = [];
  let before = await new Promise(requestAnimationFrame);
  for (let i = 0; i < ${COUNT}; i++) {
    const start = performance.now();
    target?.dispatchEvent(new KeyboardEvent('keydown', { key: i % 16 < 8 ? 'd' : 'a', bubbles: true, cancelable: true }));
    const pressed = performance.now() - start;
    // Behind the frame callback of the page, which was asked for by the key.
    const now = await new Promise(requestAnimationFrame);
    scripts.push(pressed + performance.now() - now);
    deltas.push(now - before);
    before = now;
  }
  return { deltas, scripts };
}`;
