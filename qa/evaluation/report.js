// The list of failures. What comes from documents and questions is only ever set as text, never as markup.
'use strict';

const PAGE = 25;
const HINTS = {
  holds: 'holds a gold answer',
  same: 'same document, no gold answer',
  other: 'other document, no gold answer',
};
const { documents, failures } = JSON.parse(document.getElementById('data').textContent);
const browser = document.getElementById('browser');
const form = browser.querySelector('form');
const list = document.getElementById('list');
const count = document.getElementById('count');
const counted = new Intl.NumberFormat('en');
let shown = failures;
let page = 0;

function make(tag, content = [], className = '') {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.append(...[content].flat());
  return element;
}

function text(tag, content, className = '') {
  const element = make(tag, content, className);
  element.dir = 'auto';
  return element;
}

// Parts are in turn plain and marked.
function excerpt(parts, className) {
  return text('blockquote', parts.map((part, place) => (place % 2 ? make('mark', part) : part)), className);
}

function where(entry, hints = []) {
  const place = [documents[entry.document], entry.place].filter(Boolean).join(', ');
  return text('p', [place, ...hints.flatMap((hint) => [' · ', hint])], 'quiet');
}

function gold(failure) {
  const parts = failure.gold.flatMap((entry) => [excerpt(entry.parts, 'gold'), where(entry)]);
  if (failure.more) parts.push(make('p', `and ${counted.format(failure.more)} more`, 'quiet'));
  if (!parts.length && !failure.answerable) parts.push(make('p', 'The documents don’t say.'));
  if (!parts.length) parts.push(make('p', `Only documents are judged: ${counted.format(failure.relevant)} relevant.`));
  return make('div', [make('h4', failure.gold.length > 1 ? 'Gold answers' : 'Gold answer'), ...parts]);
}

function quote(entry) {
  const right = entry.hint === 'holds';
  const hint = HINTS[entry.hint];
  const hints = [...(hint ? [make('span', hint, right ? 'good' : 'bad')] : []), `score ${entry.score.toFixed(2)}`];
  return [excerpt(entry.parts, right ? 'gold' : 'other'), where(entry, hints)];
}

function quotes(failure) {
  const [first, ...others] = failure.quotes;
  const title = failure.refused ? 'First quote, had it not refused' : 'First quote';
  const parts = [make('h4', title), ...(first ? quote(first) : [make('p', 'None.')])];
  if (others.length) {
    const summary = make('summary', others.length === 1 ? '1 more quote' : `${others.length} more quotes`);
    parts.push(make('details', [summary, ...others.flatMap(quote)]));
  }
  return make('div', parts);
}

function card(failure) {
  const facts = [make('code', failure.id), `confidence ${failure.confidence.toFixed(2)}`];
  facts.push(...failure.fields.map(([name, value]) => text('span', `${name}: ${value}`)));
  return make('li', [
    make('p', [make('span', failure.kind, 'kind'), ...facts.map((fact) => make('span', fact))], 'facts'),
    text('h3', failure.question),
    make('div', [gold(failure), quotes(failure)], 'columns'),
  ], 'card');
}

function searched(failure) {
  failure.searched ??= [
    failure.id, failure.question,
    ...failure.fields.flat(),
    ...[...failure.gold, ...failure.quotes].flatMap((entry) => [documents[entry.document], entry.parts.join('')]),
  ].join('\n').toLowerCase();
  return failure.searched;
}

function show() {
  const pages = Math.max(1, Math.ceil(shown.length / PAGE));
  const first = page * PAGE;
  const rows = shown.slice(first, first + PAGE);
  list.replaceChildren(...rows.map(card));
  list.start = first + 1;
  const range = `${counted.format(first + 1)}–${counted.format(first + rows.length)} of ${counted.format(shown.length)}`;
  const noun = shown.length === 1 ? 'failure' : 'failures';
  count.textContent = rows.length ? `${range} ${noun}` : 'No failure is like that.';
  browser.querySelector('.page').textContent = pages > 1 ? `Page ${page + 1} of ${counted.format(pages)}` : '';
  for (const button of browser.querySelectorAll('[data-go]')) {
    button.hidden = pages === 1;
    const to = page + Number(button.dataset.go);
    button.setAttribute('aria-disabled', String(to < 0 || to >= pages));  // not disabled: it would lose the focus
  }
}

function select() {
  const kind = form.elements.kind.value;
  const words = form.elements.words.value.toLowerCase().split(/\s+/).filter(Boolean);
  shown = failures.filter((failure) => (!kind || failure.kind === kind)
    && words.every((word) => searched(failure).includes(word)));
  page = 0;
  show();
}

let waiting;
form.addEventListener('submit', (event) => event.preventDefault());
form.addEventListener('input', (event) => {
  clearTimeout(waiting);
  waiting = setTimeout(select, event.target.name === 'words' ? 120 : 0);
});
browser.addEventListener('click', (event) => {
  const button = event.target.closest('[data-go]');
  if (!button || button.getAttribute('aria-disabled') === 'true') return;
  page += Number(button.dataset.go);
  show();
  if (button.closest('.pager').previousElementSibling === list) {  // the lower one: on to the top of the new page
    count.focus({ preventScroll: true });
    browser.querySelector('.pager').scrollIntoView({ block: 'start' });
  }
});

browser.hidden = false;
select();  // not all: a browser may have kept what was typed before a reload
