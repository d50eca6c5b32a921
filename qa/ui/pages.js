// A page of a PDF as a picture, with its quotes framed.

let shownPage = 0;

function view(kind, page = shownPage) {
  const picture = element.querySelector('.source .page');
  if (!pane()?.dataset.page) return;
  body().hidden = kind === 'page';
  picture.hidden = kind !== 'page';
  element.querySelector('.pages').hidden = kind !== 'page';
  for (const button of element.querySelectorAll('.views button')) {
    button.setAttribute('aria-pressed', String(button.dataset.source === `view_${kind}`));
  }
  if (kind === 'page') showPage(page); else picture.replaceChildren();
}

async function showPage(page) {
  const source = pane();
  const click = clicks;
  shownPage = Math.min(Math.max(page, 1), Number(source.dataset.pages));
  const wanted = shownPage;
  const said = await call('page_picture', { ...opened, page: shownPage });
  if (click !== clicks || wanted !== shownPage || source !== pane()) return;
  if (!said) return view('text');
  element.querySelector('.source .page').innerHTML = said.html;
  element.querySelector('.pages .at').textContent = said.place;
  const frame = element.querySelector('.source .page .frame');
  frame?.scrollIntoView({ block: 'center' });
}
