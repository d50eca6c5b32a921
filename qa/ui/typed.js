// A question that is typed, from the page's first moment on: the rest of the script comes later, and Gradio hears
// nothing of the page while its stream is broken off.

globalThis.typedQuestions = [];

function typed() {
  const box = document.querySelector('#question textarea, #question input');
  if (!box) return;
  globalThis.typedQuestions.push(box.value);
  document.dispatchEvent(new Event('question'));
}

document.addEventListener('keydown', (event) => {
  const asks = event.key === 'Enter' && !event.shiftKey && !event.isComposing && !event.repeat;
  if (asks && event.target.closest?.('#question')) typed();
});
document.addEventListener('click', (event) => { if (event.target.closest?.('#ask')) typed(); });
