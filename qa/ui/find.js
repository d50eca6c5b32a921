// Search in the document: the browser's own highlights, so that the text is not touched.

let found = [];
let current = -1;
let typing = 0;

function forgetFound() {
  clearTimeout(typing);
  globalThis.CSS?.highlights?.clear();
  found = [];
  current = -1;
}

function search(words) {
  forgetFound();
  const wanted = words.trim().split(/\s+/).map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('\\s+');
  if (wanted) {
    const nodes = [];
    const walker = document.createTreeWalker(body(), NodeFilter.SHOW_TEXT);
    let length = 0;
    while (walker.nextNode()) {
      nodes.push({ node: walker.currentNode, start: length });
      length += walker.currentNode.length;
    }
    const text = nodes.map(({ node }) => node.data).join('');
    const limit = 5000;
    for (const match of text.matchAll(new RegExp(wanted, 'giu'))) {
      found.push(rangeOf(nodes, match.index, match.index + match[0].length));
      if (found.length === limit) break;
    }
    if (globalThis.Highlight) CSS.highlights.set('found', new Highlight(...found));
  }
  const at = element.querySelector('.find .at');
  at.textContent = wanted ? say('no_matches') : '';
  if (found.length) stepFound(1);
}

function rangeOf(nodes, start, end) {
  const range = document.createRange();
  range.setStart(...within(nodes, start, false));
  range.setEnd(...within(nodes, end, true));
  return range;
}

function within(nodes, offset, asEnd) {
  let low = 0;
  let high = nodes.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (asEnd ? nodes[middle].start < offset : nodes[middle].start <= offset) low = middle; else high = middle - 1;
  }
  return [nodes[low].node, offset - nodes[low].start];
}

function stepFound(by) {
  if (!found.length) return;
  current = (current + by + found.length) % found.length;
  if (globalThis.Highlight) CSS.highlights.set('found-here', new Highlight(found[current]));
  view('text');
  const field = document.activeElement;
  found[current].startContainer.parentElement.closest('.part').scrollIntoView({ block: 'nearest' });
  hold(body(), found[current]);
  field?.focus({ preventScroll: true });
  element.querySelector('.find .at').textContent = say('matches', { at: current + 1, n: found.length });
}

listen(element, 'input', (event) => {
  if (!event.target.closest('.find')) return;
  clearTimeout(typing);
  typing = setTimeout(() => search(event.target.value), 150);
});
listen(element, 'keydown', (event) => {
  if (!event.target.closest?.('.find') || !['Enter', 'Escape'].includes(event.key)) return;
  event.preventDefault();
  if (event.key === 'Enter') return stepFound(event.shiftKey ? -1 : 1);
  event.target.closest('.find').querySelector('input').value = '';
  search('');
});
