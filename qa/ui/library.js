// The list of documents: finding one, and taking one out.

let finding = 0;
listen(element, 'input', (event) => {
  if (!event.target.matches('.find-document')) return;
  clearTimeout(finding);
  finding = setTimeout(async () => {
    const words = event.target.value;
    const said = await call('find_documents', words);
    if (!said || event.target.value !== words || !event.target.isConnected) return;
    const list = document.createElement('div');
    list.innerHTML = said.html;
    for (const part of ['h2', '.rows']) element.querySelector(`.documents > ${part}`).replaceWith(list.querySelector(part));
  }, 150);
});

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

// The list is that of the moment: the page itself was made when the program started, and documents are added since.
async function refresh() {
  const said = await call('find_documents', '');
  if (said && element.querySelector('.documents')) element.querySelector('#pane').innerHTML = said.html;
}
listen(document, 'library-changed', refresh);
refresh();
