// The switch of a lesson, the filter of the table of features, and how names turn and are searched.
'use strict';

for (const sides of document.querySelectorAll('.sides')) {
  const bar = document.createElement('div');
  bar.className = 'switch';
  bar.setAttribute('role', 'group');
  bar.setAttribute('aria-label', 'Programs to show');
  const show = (side) => {
    sides.dataset.shown = side;
    for (const button of bar.children) {
      button.setAttribute('aria-pressed', String(button.textContent === side));
    }
  };
  for (const side of ['Node', 'both', 'Rust']) {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = side;
    button.addEventListener('click', () => {
      show(side);
      // The next lesson opens as this one was left. A browser may refuse to remember.
      try { localStorage.setItem('sides', side); } catch { /* then it does not */ }
    });
    bar.append(button);
  }
  sides.prepend(bar);
  let last = null;
  try { last = localStorage.getItem('sides'); } catch { /* as above */ }
  show(['Node', 'Rust'].includes(last) ? last : 'both');
}

// A long name in a table turns between its words.
for (const code of document.querySelectorAll('td code')) {
  const parts = code.textContent.split(/(?<=[.(_/\[]|::)(?=\w)|(?<=[a-z])(?=[A-Z])/);
  code.replaceChildren(...parts.flatMap((part, index) => (index ? [document.createElement('wbr'), part] : [part])));
}

// Who looks for `fs.readFile()` looks for both words.
globalThis.elasticlunr?.tokenizer.setSeperator(/[\s\-.()]+/);

for (const input of document.querySelectorAll('input.filter')) {
  const rows = [...document.querySelectorAll('.features tbody tr')];
  input.addEventListener('input', () => {
    const words = input.value.toLowerCase().split(/\s+/);
    for (const row of rows) {
      const text = row.textContent.toLowerCase();
      row.hidden = !words.every((word) => text.includes(word));
    }
  });
  // Arrows and letters are for the text here, not for turning pages.
  input.addEventListener('keydown', (event) => event.stopPropagation());
}
