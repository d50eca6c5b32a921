// Conversations kept in this browser, and nowhere else: `[{ id, at, turns: [{ asked, receipt, at }] }]`, newest last.

const KEY = `chapterverse:${location.pathname}`;
const MOST = 100;

let chats = [];
try {
  chats = JSON.parse(localStorage.getItem(KEY)) || [];
  if (!Array.isArray(chats)) chats = [];
} catch { chats = []; }
let here = null;

const fresh = () => ({ id: crypto.randomUUID?.() ?? String(Date.now() + Math.random()), at: new Date().toISOString(), turns: [] });

function store() {
  while (chats.length > MOST) chats.shift();
  for (;;) {
    try {
      localStorage.setItem(KEY, JSON.stringify(chats));
      return;
    } catch {
      if (chats.length < 2) return tell(say('no_memory'));
      chats.shift();
      tell(say('full'));
    }
  }
}

// Take up what the chat shows: each answer carries its question and its receipt.
function keep() {
  const shown = answers();
  if (!here || shown.length <= here.turns.length) return;
  for (const answer of shown.slice(here.turns.length)) {
    here.turns.push({ asked: answer.dataset.asked, receipt: answer.dataset.receipt, at: new Date().toISOString() });
  }
  if (!chats.includes(here)) chats.push(here);
  store();
  listEarlier();
}

// Another chat, or a new one: the program shows it from what was kept.
function begin(chat = fresh()) {
  here = chat;
  document.getElementById('earlier').open = false;
  trigger('reopen', chat.turns);
  listEarlier();
  box()?.focus();
}

function listEarlier() {
  const place = document.querySelector('#earlier > div');
  place.replaceChildren();
  if (!chats.length) place.append(say('none_earlier'));
  const list = document.createElement('ul');
  for (const chat of [...chats].reverse()) {
    const title = chat.turns[0]?.asked ?? '';
    const count = chat.turns.length === 1 ? say('question') : say('questions', { n: chat.turns.length });
    const again = button(`${title} (${count}, ${new Date(chat.at).toLocaleString([], { dateStyle: 'medium', timeStyle: 'short' })})`, () => begin(chat));
    if (chat === here) again.setAttribute('aria-current', 'true');
    const gone = button(say('forget'), () => forget(chat));
    gone.setAttribute('aria-label', say('forget_named', { title }));
    const item = document.createElement('li');
    item.append(again, gone);
    list.append(item);
  }
  if (chats.length) place.append(list, button(say('forget_all'), () => [...chats].forEach(forget)));
}

function button(text, done) {
  const made = Object.assign(document.createElement('button'), { type: 'button', className: 'small', textContent: text, dir: 'auto' });
  made.addEventListener('click', done);
  return made;
}

function forget(chat) {
  chats = chats.filter((other) => other !== chat);
  store();
  if (chat === here) begin(); else listEarlier();
}

// Saving the conversation that is shown.
const kinds = {
  html: ['conversation.html', 'text/html'],
  markdown: ['conversation.md', 'text/markdown'],
  receipts: ['receipts.json', 'application/json'],
};
listen(document, 'click', async (event) => {
  const kind = event.target instanceof Element && event.target.closest('button[data-save]')?.dataset.save;
  if (!kind) return;
  if (!here.turns.length) return tell(say('nothing_to_save'));
  const turns = here.turns.map(({ receipt, at }) => ({ receipt, at }));
  const said = kind === 'receipts' ? { text: `[${turns.map(({ receipt }) => receipt).join(',\n')}]` } : await call('save', { turns, kind });
  if (said) download(said.text, ...kinds[kind]);
});

// A menu closes when one goes elsewhere, or by Escape.
listen(document, 'click', (event) => {
  for (const menu of document.querySelectorAll('details.menu[open]')) {
    if (!menu.contains(event.target) && event.target.isConnected) menu.open = false;
  }
});
listen(document, 'keydown', (event) => {
  if (event.key !== 'Escape') return;
  for (const menu of document.querySelectorAll('details.menu[open]')) {
    menu.open = false;
    menu.querySelector('summary').focus();
  }
});

// A link asks its question; else the last chat goes on where it was.
function start() {
  const link = new URLSearchParams(location.search);
  const asked = link.get('q');
  if (!asked) return begin(chats[chats.length - 1] ?? fresh());
  here = fresh();
  const only = Object.fromEntries(['after', 'before', 'source', 'document'].map((name) => [name, link.get(name) ?? '']));
  trigger('asked', { question: asked, only });
  history.replaceState(null, '', location.pathname);
  listEarlier();
}
start();
