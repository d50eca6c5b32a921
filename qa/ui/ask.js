// Asking: a question is sent until its answer is seen.
//
// Where the page's stream breaks off, Gradio drops what waits or is under way, and makes the page anew. The program
// answers a question once, however often it is sent. What is asked meanwhile is not asked as well.

const SEND_AGAIN = [4, 8, 16, 32, 64];  // seconds

let pending = null;  // the question whose answer has not been seen
let sendingAgain = 0;

// A question, wherever it comes from, of the chat that is open.
function ask(wish) {
  if (!pending || wish.id === pending.id) send({ chat: opening, id: newId(), ...wish });
  else send(pending);
}

function send(wish, times = 0) {
  if (times >= SEND_AGAIN.length) return giveBack(wish);
  setPending(wish, times);
  trigger('asked', wish);
  sendingAgain = setTimeout(() => send(wish, times + 1), 1000 * SEND_AGAIN[times]);
}

function giveBack({ question }) {
  setPending(null);
  reopen();
  if (!box().value) type(box(), question);
  tell(say('unanswered'));
}

// Kept in this tab, for the page that is made anew.
const pendingKey = () => `${KEY}:pending`;

function setPending(wish, times = 0) {
  clearTimeout(sendingAgain);
  pending = wish;
  try {
    if (wish) sessionStorage.setItem(pendingKey(), JSON.stringify({ of: here.id, wish, times }));
    else sessionStorage.removeItem(pendingKey());
  } catch { /* a browser that keeps nothing */ }
}

function leftPending() {
  try {
    return JSON.parse(sessionStorage.getItem(pendingKey()));
  } catch { return null; }
}

function seeAnswer(last) {
  const id = last?.closest('[data-id]')?.dataset.id;
  if (pending && id === pending.id && !last.classList.contains('busy')) setPending(null);
}

// What was typed in the box, also before this script was there (typed.js).
function askTyped() {
  for (const question of globalThis.typedQuestions.splice(0)) ask({ question });
}
listen(document, 'question', askTyped);
signal.addEventListener('abort', () => clearTimeout(sendingAgain));
