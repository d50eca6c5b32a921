// The conversation: what can be done with an answer, what only some documents are asked, and where the newest stands.

const answers = () => [...document.querySelectorAll('#chat .answer[data-receipt]')];
const box = () => document.querySelector('#question textarea, #question input');
const filters = () => ['after', 'before', 'source', 'document']
  .map((name) => [name, document.querySelector(`#only-${name} textarea, #only-${name} input`)]);

// Gradio hears what is typed by the event that typing gives.
function type(field, text) {
  if (!field) return;
  field.value = text;
  field.dispatchEvent(new Event('input', { bubbles: true }));
}

async function copy(text, done = say('copied')) {
  try {
    await navigator.clipboard.writeText(text);
    tell(done);
  } catch {
    prompt(say('not_copied'), text);
  }
}

function download(text, name, kind) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type: kind }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

const forPeople = (json) => `${JSON.stringify(JSON.parse(json), null, 2)}\n`;

// What was answered: the question as it was understood, as a follow-up means nothing by itself, and of which documents.
function answered(answer) {
  const { question, settings: { only } } = JSON.parse(answer.dataset.receipt);
  const some = { after: only.after, before: only.before, source: only.sources[0], document: only.documents[0] };
  return { question, only: Object.fromEntries(Object.entries(some).filter(([, value]) => value)) };
}

// A link that asks the same question of the same documents.
function linkTo(answer) {
  const { question, only } = answered(answer);
  const link = new URL(location.pathname, location.origin);
  link.search = new URLSearchParams({ q: question, ...only });
  return link.href;
}

const actions = {
  again: (answer) => ask({ ...answered(answer), typed: true }),
  edit: (answer) => {
    type(box(), answer.dataset.asked);
    box().focus();
    box().select();
  },
  link: (answer) => copy(linkTo(answer)),
  receipt: (answer) => download(forPeople(answer.dataset.receipt), 'receipt.json', 'application/json'),
  new: () => begin(),
};

// Saying whether an answer is right; where it is wrong, the reader may show what is.
let judged = null;

async function judge(answer, verdict, gold = []) {
  const said = await call('judge', { receipt: answer.dataset.receipt, verdict, gold });
  if (!said) return;
  for (const button of answer.querySelectorAll('[data-judge]')) {
    button.setAttribute('aria-pressed', String(button.dataset.judge === verdict));
  }
  const missing = verdict === 'wrong' && !gold.length;
  judged = missing ? answer : null;
  const words = element.querySelector('[data-source=this]');
  if (words) words.hidden = !judged;
  tell(missing ? say('select_right') : say('thanks', { file: said.file }));
}

function correct(words) {
  if (!words) return tell(say('select_some'));
  return judge(judged, 'wrong', [words]);
}

listen(document, 'click', async (event) => {
  const button = event.target instanceof Element && event.target.closest('button');
  if (!button) return;
  const answer = button.closest('.answer');
  const { do: what, ask: question, typed, copy: style, judge: verdict, only } = button.dataset;
  if (what) actions[what](answer);
  else if (question) ask({ question, typed: Boolean(typed) });
  else if (verdict) judge(answer, verdict);
  else if (only !== undefined) askOnly(only);
  else if (style) {
    const said = await call('cite', { receipt: answer.dataset.receipt, number: number(button.dataset.number), style });
    if (said) said.text ? copy(said.text) : tell(say('no_bibtex'));
  }
});

// Which documents are asked, above the answers: a filter that is not seen is forgotten.
function askOnly(document_) {
  for (const [name, field] of filters()) type(field, name === 'document' ? document_ : '');
  const accordion = document.querySelector('#only button');
  if (document_ && !filters()[3][1]) {  // its fields are made when it is first opened
    accordion.click();
    setTimeout(() => askOnly(document_), 50);
  }
  showOnly();
  box().focus();
}

function showOnly() {
  const set = filters().filter(([, field]) => field?.value.trim());
  const place = document.getElementById('asked-only');
  const text = set.map(([name, field]) => say(`only_${name}`, { value: field.value.trim() })).join(', ');
  if (place.dataset.shown === text) return;
  place.dataset.shown = text;
  place.replaceChildren();
  if (!set.length) return;
  const all = document.createElement('button');
  Object.assign(all, { type: 'button', className: 'small', textContent: say('only_clear') });
  all.dataset.only = '';
  place.append(`${say('only')} ${text} `, all);
}
listen(document, 'input', (event) => { if (event.target.closest?.('#only')) showOnly(); });

// The newest question goes to the top of the chat, so that its answer is read from its beginning.
let seen = '';
const observer = new MutationObserver(() => {
  const log = document.querySelector('#chat [role=log]');
  if (!log) return;
  const questions = log.querySelectorAll('.question');
  const last = [...log.querySelectorAll('.answer')].pop();
  const now = `${questions.length}:${nameOf(last)}:${last?.className}:${last?.dataset.receipt?.length}`;
  if (now === seen) return;
  seen = now;
  if (putRight(last)) return;
  seeAnswer(last);
  const newest = questions[questions.length - 1];
  if (newest) log.scrollTop += newest.getBoundingClientRect().top - log.getBoundingClientRect().top - 16;
  keep();
});
observer.observe(document.querySelector('#columns') || document.body, {
  childList: true, subtree: true, attributes: true, attributeFilter: ['class'],
});
signal.addEventListener('abort', () => observer.disconnect());
