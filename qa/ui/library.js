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
    for (const part of ['h2', '.rows']) element.querySelector(part).replaceWith(list.querySelector(part));
  }, 150);
});

// Nothing is removed by one click: what will happen is told first.
listen(element, 'click', async (event) => {
  const button_ = event.target.closest('button[data-remove]');
  if (!button_) return;
  const { remove: name, name: title } = button_.dataset;
  const said = await call('consequence', name);
  if (!said) return;
  const asked = document.createElement('dialog');
  asked.innerHTML = said.html;
  asked.addEventListener('close', async () => {
    asked.remove();
    button_.focus();
    if (asked.returnValue !== 'yes') return;
    const done = await call('remove', name);
    if (!done) return;
    show(done.html);
    tell(done.done);
  });
  element.append(asked);
  asked.showModal();
});
