/** What the user-interface benchmark runs inside of the page, as text: the page is not of this program's world. */

/** The anchor of the first paint and of the input: a page with one word, a field, and nothing else. */
export const BARE_PAGE = `<!doctype html><html lang="en"><title>bare</title><body><p>bare</p><input><script>
document.querySelector('input').addEventListener('keydown', (e) => {
  if (e.key === 'Enter') document.querySelector('p').textContent = e.target.value;
});
</script></body></html>`;

export interface FrameTimes {
  /** Milliseconds between two frames. */
  readonly deltas: readonly number[];
  /** Milliseconds of script in each frame. */
  readonly scripts: readonly number[];
}

/** Frames measured, there and back. */
const COUNT = 240;

/** Milliseconds from the navigation to the first text or picture on the screen. */
export const FIRST_PAINT = `new Promise((done) => new PerformanceObserver((list, o) => {
  const entry = list.getEntriesByName('first-contentful-paint')[0];
  if (entry) { o.disconnect(); done(entry.startTime); }
}).observe({ type: 'paint', buffered: true }))`;

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

/**
 * Begins to wait for a text inside of an element after the next Enter; \`ANSWERED\` gives the milliseconds from the key
 * to the frame that shows it.
 */
export const WATCH = `(selector, text) => {
  const element = document.querySelector(selector);
  window.answered = new Promise((done, fail) => {
    setTimeout(() => fail(new Error(text + ' never came to the screen')), 10000);
    let pressed;
    addEventListener('keydown', (e) => { if (e.key === 'Enter') pressed = e.timeStamp; }, { capture: true });
    const observer = new MutationObserver(() => {
      if (pressed === undefined || !element.textContent.includes(text)) return;
      observer.disconnect();
      const at = pressed;
      // A message sent by the frame's callback comes after the frame was drawn.
      requestAnimationFrame(() => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => done(performance.now() - at);
        port2.postMessage(0);
      });
    });
    observer.observe(element, { subtree: true, childList: true, characterData: true });
  });
}`;
export const ANSWERED = 'window.answered';
