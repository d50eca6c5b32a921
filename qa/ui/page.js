// The source pane's own script. Gradio runs it when the pane is mounted, with `element`, `trigger` and `watch`.

// The pane may be mounted again: then the listeners of the last time go first.
window.__chapterVerse?.abort();
window.__chapterVerse = new AbortController();
const signal = window.__chapterVerse.signal;

// One listener for every button that opens something, wherever it stands and whenever it was made.
let last = null;
let clicks = 0;
const number = (value) => (value === undefined ? null : Number(value));
document.addEventListener('click', (event) => {
  const button = event.target instanceof Element && event.target.closest('button[data-open]');
  if (!button) return;
  const { open, start, end } = button.dataset;
  last = { document: open, start: number(start), end: number(end), click: ++clicks };
  trigger('open_source', last);
}, { signal });

watch('value', () => {
  const source = element.querySelector('.source');
  if (!source) return;
  // Replies may overtake each other: if an older one came last, ask again for the newest.
  if (last && Number(source.dataset.click) !== last.click) {
    trigger('open_source', last);
    return;
  }
  const body = source.querySelector('.source-body');
  const quote = source.querySelector('#quote');
  if (quote) hold(body, quote, source); else if (body) body.scrollTop = 0;
  const box = element.getBoundingClientRect();
  if (box.top < 0 || box.top > innerHeight / 2) element.scrollIntoView({ block: 'start' });
});

// Parts far from view are laid out late, so heights are guesses at first: keep the quote centred
// for half a second, unless the reader moves.
function hold(body, quote, source) {
  let held = true;
  for (const moved of ['wheel', 'touchstart', 'keydown', 'pointerdown']) {
    body.addEventListener(moved, () => { held = false; }, { once: true, passive: true });
  }
  const until = performance.now() + 500;
  const centre = () => {
    if (!held || !quote.isConnected || !source.isConnected) return;
    const at = quote.getBoundingClientRect();
    const pane = body.getBoundingClientRect();
    const off = at.top - pane.top - Math.max(0, (pane.height - at.height) / 2);
    if (Math.abs(off) > 1) body.scrollTop += off;
    if (performance.now() < until) requestAnimationFrame(centre);
  };
  centre();
  quote.focus({ preventScroll: true });
}

// The newest question goes to the top of the chat, so that its answer is read from its beginning.
let seen = '';
const observer = new MutationObserver(() => {
  const log = document.querySelector('#chat [role=log]');
  if (!log) return;
  const questions = log.querySelectorAll('.question');
  const answers = log.querySelectorAll('.answer');
  const now = `${questions.length}:${answers.length}:${answers[answers.length - 1]?.className}`;
  if (now === seen) return;
  seen = now;
  const newest = questions[questions.length - 1];
  if (newest) log.scrollTop += newest.getBoundingClientRect().top - log.getBoundingClientRect().top - 16;
});
observer.observe(document.querySelector('#columns') || document.body, {
  childList: true, subtree: true, attributes: true, attributeFilter: ['class'],
});
signal.addEventListener('abort', () => observer.disconnect());
