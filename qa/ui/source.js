// The source pane. Gradio runs these scripts, joined in the order that page.py gives, when the pane is mounted,
// with `element`, `trigger` and `server`: this one first, so that the others find what it declares.

// The pane may be mounted again: then the listeners of the last time go first.
window.__chapterVerse?.abort();
window.__chapterVerse = new AbortController();
const signal = window.__chapterVerse.signal;
const listen = (target, event, heard) => target.addEventListener(event, heard, { signal });

const texts = JSON.parse(document.getElementById('texts').dataset.texts);
const say = (key, values = {}) => texts[`script.${key}`].replace(/\{(\w+)\}/g, (_, name) => values[name] ?? '');
let telling = 0;
const tell = (text) => {
  document.getElementById('status').textContent = text;
  clearTimeout(telling);
  if (text) telling = setTimeout(() => tell(''), 15_000);
};

// What the program says to a call; what is wrong is told, and gives null.
async function call(name, given) {
  try {
    const said = await server[name](given);
    if (!said.problem) return said;
    tell(said.problem);
  } catch (error) {
    tell(say('failed', { reason: error instanceof TypeError ? say('offline') : error.message || say('offline') }));
  }
  return null;
}

const pane = () => element.querySelector('.source');
const body = () => element.querySelector('.source-body');
const number = (value) => (value === undefined ? null : Number(value));

// Several clicks may be under way; the newest counts.
let clicks = 0;
let opened = null;

async function open(wish) {
  const click = ++clicks;
  const said = await call('open_source', wish);
  if (!said || click !== clicks) return;
  opened = wish;
  show(said.html);
}

function show(html) {
  forgetFound();  // it was in what is now taken away
  element.querySelector('#pane').innerHTML = html;
  const box = element.getBoundingClientRect();
  if (box.top < 0 || box.top > innerHeight / 2) element.scrollIntoView({ block: 'start' });
  const text = body();
  if (!text) return;
  const quote = text.querySelector('#quote');
  countQuotes();
  if (pane().dataset.page) view('page', Number(pane().dataset.page));
  if (quote) hold(text, quote); else text.focus({ preventScroll: true });
  element.querySelector('[data-source=this]').hidden = !judged;
}

// Parts far from view are laid out late, so heights are guesses at first: keep what is shown centred for half a
// second, unless the reader moves.
function hold(text, target) {
  let held = true;
  for (const moved of ['wheel', 'touchstart', 'keydown', 'pointerdown']) {
    text.addEventListener(moved, () => { held = false; }, { once: true, passive: true });
  }
  const until = performance.now() + 500;
  const centre = () => {
    if (!held || !text.isConnected || text.hidden) return;
    const at = target.getBoundingClientRect();
    const frame = text.getBoundingClientRect();
    const off = at.top - frame.top - Math.max(0, (frame.height - at.height) / 2);
    if (Math.abs(off) > 1) text.scrollTop += off;
    if (performance.now() < until) requestAnimationFrame(centre);
  };
  centre();
  if (target instanceof Element) target.focus({ preventScroll: true });
}

listen(document, 'click', (event) => {
  const button = event.target instanceof Element && event.target.closest('button[data-open]');
  if (!button) return;
  const { open: name, start, end } = button.dataset;
  const answer = button.closest('.answer');
  const places = answer ? [...answer.querySelectorAll('.opener[data-start]')] : [];
  const others = places.filter((other) => other.dataset.open === name)
    .map((other) => [Number(other.dataset.start), Number(other.dataset.end)]);
  open({ document: name, start: number(start), end: number(end), others });
});

// The quotes of an answer in one document, from one to the next.

// Where each quote begins: a quote may be in pieces, one for each part of it that is strong.
function quotes() {
  const marks = [...body().querySelectorAll('mark')];
  return marks.filter((mark, at) => at === 0 || marks[at - 1].nextSibling !== mark);
}

function countQuotes() {
  const all = quotes();
  const at = all.findIndex((mark) => mark.id === 'quote');
  const steps = element.querySelector('.quotes');
  steps.hidden = all.length < 2;
  steps.querySelector('.at').textContent = say('quote_of', { at: at + 1 || '–', n: all.length });
}

function stepQuote(by) {
  const all = quotes();
  const at = all.findIndex((mark) => mark.id === 'quote');
  const next = all[(at + by + all.length) % all.length];
  for (const mark of body().querySelectorAll('mark.current')) mark.className = '';
  const before = body().querySelector('#quote');
  before?.removeAttribute('id');
  before?.removeAttribute('tabindex');
  next.id = 'quote';
  next.tabIndex = -1;
  for (let mark = next; mark?.nodeName === 'MARK'; mark = mark.nextSibling) mark.className = 'current';
  view('text');
  hold(body(), next);
  countQuotes();
}

// Words that the reader selects, as a range of the document: offsets count code points.
function selected() {
  const selection = getSelection();
  if (!selection.rangeCount || selection.isCollapsed) return null;
  const range = selection.getRangeAt(0);
  const [start, end] = [offsetOf(range.startContainer, range.startOffset), offsetOf(range.endContainer, range.endOffset)];
  return start !== null && end !== null && start < end ? { document: pane().dataset.document, start, end } : null;
}

function offsetOf(node, offset) {
  const part = (node instanceof Element ? node : node.parentElement)?.closest('.source-body .part');
  if (!part) return null;
  const before = document.createRange();
  before.setStart(part, 0);
  before.setEnd(node, offset);
  return Number(part.dataset.start) + [...before.toString()].length;
}

const steps = {
  previous: () => stepQuote(-1),
  next: () => stepQuote(1),
  found_previous: () => stepFound(-1),
  found_next: () => stepFound(1),
  view_page: () => view('page', shownPage || Number(pane().dataset.page)),
  view_text: () => view('text'),
  page_previous: () => showPage(shownPage - 1),
  page_next: () => showPage(shownPage + 1),
  this: () => correct(selected()),
};
listen(element, 'click', (event) => {
  const button = event.target.closest('button[data-source]');
  if (button) steps[button.dataset.source]();
});
