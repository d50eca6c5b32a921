// Conversations kept in this browser, and nowhere else: `[{ id, at, turns: [{ asked, receipt, at }] }]`, newest last.
// Other tabs keep theirs in the same place, so it is read anew each time and nothing of it is held here.

const KEY = `chapterverse:${document.getElementById('texts').dataset.library}`;
const MOST = 100;

let here = null;   // the conversation that is shown
let opening = '';  // what the program calls it, anew each time that one is opened, so that a late answer finds its own
let stored = 0;    // so many of its turns are kept
let added = 0;     // so many of them were asked since it was opened

const now = () => new Date().toISOString();
const newId = () => crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`;  // without TLS there is none elsewhere
const fresh = () => ({ id: newId(), at: now(), turns: [] });
const isChat = (chat) => typeof chat?.id === 'string' && Array.isArray(chat.turns) && chat.turns.length > 0;

function chats() {
  try {
    const held = JSON.parse(localStorage.getItem(KEY));
    return Array.isArray(held) ? held.filter(isChat) : [];
  } catch { return []; }
}

function store(some) {
  const held = some.slice(-MOST);
  for (;;) {
    try {
      localStorage.setItem(KEY, JSON.stringify(held));
      return;
    } catch {
      if (held.length < 2) return tell(say('no_memory'));
      held.shift();
      tell(say('full'));
    }
  }
}

// Take up what the chat shows: each answer carries its question and its receipt.
function keep() {
  const asked = answers().filter((answer) => !answer.dataset.kept && nameOf(answer) === opening);
  if (!here || asked.length <= added) return;
  const others = chats();
  const before = others.find((chat) => chat.id === here.id);
  // Another tab went on with it: both ways stay.
  if (before && before.turns.length !== stored) here = { ...here, id: newId() };
  for (const answer of asked.slice(added)) {
    here.turns.push({ asked: answer.dataset.asked, receipt: answer.dataset.receipt, at: now() });
  }
  store([...others.filter((chat) => chat.id !== here.id), here]);
  stored = here.turns.length;
  added = asked.length;
  listEarlier();
}

const nameOf = (answer) => answer?.closest('[data-chat]')?.dataset.chat;
const reopen = () => trigger('reopen', { chat: opening, turns: here.turns });

// Where the chat ends with what is not of the chat that is open, that is put right. An answer may come late, when another
// is open; and the program may hold no such conversation, as after it was started anew: then it gives the question back,
// which is asked once more with all turns.
function putRight(answer) {
  const wish = answer?.closest('[data-wish]')?.dataset.wish;
  const late = answer && nameOf(answer) !== opening;
  if (late) reopen();
  else if (wish) {
    added = 0;
    ask({ ...JSON.parse(wish), turns: here.turns });
  }
  return late || wish;
}

function setHere(chat) {
  here = chat;
  opening = newId();
  stored = chat.turns.length;
  added = 0;
  setPending(null);
}

// Another chat, or a new one: the program shows it from what was kept.
function begin(chat = fresh()) {
  setHere(chat);
  document.getElementById('earlier').open = false;
  reopen();
  listEarlier();
  box()?.focus();
}

function listEarlier() {
  const place = document.querySelector('#earlier > div');
  place.replaceChildren();
  const held = chats();
  if (!held.length) place.append(say('none_earlier'));
  const list = document.createElement('ul');
  for (const chat of held.reverse()) {
    const title = chat.turns[0]?.asked ?? '';
    const count = chat.turns.length === 1 ? say('question') : say('questions', { n: chat.turns.length });
    const again = button(`${title} (${count}, ${new Date(chat.at).toLocaleString([], { dateStyle: 'medium', timeStyle: 'short' })})`, () => begin(chat));
    if (chat.id === here.id) again.setAttribute('aria-current', 'true');
    const gone = button(say('forget'), () => forget([chat.id]));
    gone.setAttribute('aria-label', say('forget_named', { title }));
    const item = document.createElement('li');
    item.append(again, gone);
    list.append(item);
  }
  if (held.length) place.append(list, button(say('forget_all'), () => forget(held.map((chat) => chat.id))));
}

function button(text, done) {
  const made = Object.assign(document.createElement('button'), { type: 'button', className: 'small', textContent: text, dir: 'auto' });
  made.addEventListener('click', done);
  return made;
}

function forget(ids) {
  store(chats().filter((chat) => !ids.includes(chat.id)));
  if (ids.includes(here.id)) begin(); else listEarlier();
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
  const said = kind === 'receipts' ? { text: forPeople(`[${turns.map(({ receipt }) => receipt)}]`) } : await call('save', { turns, kind });
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

// A link asks its question; else what was asked before the page was made anew is; else the last chat goes on.
function start() {
  const link = new URLSearchParams(location.search);
  const asked = link.get('q');
  const left = leftPending();
  if (asked) {
    setHere(fresh());
    const only = Object.fromEntries(['after', 'before', 'source', 'document'].map((name) => [name, link.get(name) ?? '']));
    ask({ question: asked, only, turns: [] });
    history.replaceState(null, '', location.pathname);
  } else if (left) {
    setHere(chats().find(({ id }) => id === left.of) ?? fresh());
    send({ ...left.wish, chat: opening, turns: here.turns }, left.times + 1);
  } else return begin(chats().pop() ?? fresh());
  listEarlier();
}
listen(document.getElementById('earlier'), 'toggle', listEarlier);
start();
askTyped();
