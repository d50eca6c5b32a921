// The list of documents: finding one, and taking one out.

// The list is that of the moment: the page itself was made when the program started, and documents are added since.
// The field stays the one that it is, as somebody may be typing in it; so does whatever has not changed.
let listings = 0;

async function list() {
  const listing = ++listings;
  const words = element.querySelector('.find-document')?.value;
  if (words === undefined) return;
  const said = await call('find_documents', words);
  const field = element.querySelector('.find-document');
  if (!said || listing !== listings || field?.value !== words) return;
  const now = document.createElement('div');
  now.innerHTML = said.html;
  field.hidden = now.querySelector('.find-document').hidden;
  for (const part of ['h2', '.found']) {
    const [old, its] = [element.querySelector(`.documents > ${part}`), now.querySelector(part)];
    if (!old.isEqualNode(its)) old.replaceWith(its);
  }
}

let finding = 0;
listen(element, 'input', (event) => {
  if (!event.target.matches('.find-document')) return;
  clearTimeout(finding);
  finding = setTimeout(list, 150);
});
listen(document, 'library-changed', list);
list();

// Nothing is removed by one click: what will happen is told first.
listen(element, 'click', async (event) => {
  const button_ = event.target.closest('button[data-remove]');
  if (!button_) return;
  const name = button_.dataset.remove;
  const said = await call('consequence', name);
  if (!said) return;
  const asked = document.createElement('dialog');
  asked.innerHTML = said.html;
  asked.addEventListener('close', async () => {
    asked.remove();
    if (asked.returnValue !== 'yes') return button_.focus();
    const done = await call('remove', name);
    if (!done) return;
    show(done.html);
    tell(done.done);
    element.querySelector('.documents .opener')?.focus();
  });
  element.append(asked);
  asked.showModal();
});
