'use strict';
// Makes the page searchable and navigable; all it shows stands in the page already.
(() => {
  const fold = (text) => text.toLowerCase();

  // Findings: by severity, rule and words.
  const form = document.querySelector('.filters');
  if (form) {
    const findings = [...document.querySelectorAll('.finding')].map((item) => ({ item, text: fold(item.textContent) }));
    const output = form.querySelector('output');
    const apply = () => {
      const data = new FormData(form);
      const severities = new Set(data.getAll('severity'));
      const rule = data.get('rule');
      const words = fold(data.get('words')).split(/\s+/).filter(Boolean);
      let shown = 0;
      for (const { item, text } of findings) {
        const fits = severities.has(item.dataset.severity) && (!rule || item.dataset.rule === rule)
          && words.every((word) => text.includes(word));
        item.hidden = !fits;
        shown += fits;
      }
      output.value = `${shown} of ${findings.length} shown`;
    };
    form.hidden = false;
    form.addEventListener('input', apply);
    form.addEventListener('submit', (event) => event.preventDefault());
    apply();
  }

  // Functions: by name, and sorted by any column.
  const narrow = document.querySelector('.narrow');
  if (narrow) {
    const filter = narrow.closest('.filter');
    const rows = [...filter.parentElement.querySelectorAll('tbody tr')].map((row) => ({ row, name: fold(row.cells[0].textContent) }));
    const apply = () => {
      const word = fold(narrow.value.trim());
      let shown = 0;
      for (const { row, name } of rows) {
        row.hidden = !name.includes(word);
        shown += !row.hidden;
      }
      filter.querySelector('output').value = `${shown} of ${rows.length} shown`;
    };
    filter.hidden = false;
    narrow.addEventListener('input', apply);
    apply();
  }
  for (const table of document.querySelectorAll('.sortable')) {
    const heads = [...table.querySelectorAll('thead th')];
    heads.forEach((head, column) => {
      const button = document.createElement('button');
      button.type = 'button';
      button.textContent = head.textContent;
      head.replaceChildren(button);
      button.addEventListener('click', () => {
        const down = head.getAttribute('aria-sort') !== 'descending';
        for (const other of heads) other.removeAttribute('aria-sort');
        head.setAttribute('aria-sort', down ? 'descending' : 'ascending');
        const key = (row) => {
          const cell = row.cells[column];
          return cell.dataset.value === undefined ? cell.textContent : Number(cell.dataset.value);
        };
        const order = (a, b) => (typeof a === 'number' && typeof b === 'number' ? a - b : String(a).localeCompare(String(b)));
        const body = table.tBodies[0];
        const rows = [...body.rows].map((row) => [key(row), row]).sort(([a], [b]) => (down ? order(b, a) : order(a, b)));
        body.append(...rows.map(([, row]) => row));
      });
    });
  }

  // A link to a function leads to its section, also where the browser has not laid it out yet.
  addEventListener('hashchange', () => document.getElementById(location.hash.slice(1))?.scrollIntoView());

  // Imports: the arrow keys walk through the drawing, Enter or a click shows the chain.
  const byId = (id) => (id ? document.getElementById(id) : null);
  for (const svg of document.querySelectorAll('.icicle')) {
    const cells = [...svg.querySelectorAll('.cell')];
    const children = new Map();
    for (const cell of cells) {
      const key = cell.dataset.parent || '';
      if (!children.has(key)) children.set(key, []);
      children.get(key).push(cell);
    }
    const panel = svg.nextElementSibling;
    const choose = (cell) => {
      for (const other of svg.querySelectorAll('.chosen')) other.classList.remove('chosen');
      const chain = [];
      for (let at = cell; at; at = byId(at.dataset.parent)) {
        at.classList.add('chosen');
        chain.unshift(at.querySelector('title').textContent);
      }
      panel.hidden = false;
      panel.textContent = chain.map((line, depth) => `${'  '.repeat(depth)}${depth ? '└ ' : ''}${line}`).join('\n');
    };
    const focus = (cell) => {
      if (!cell) return;
      for (const other of svg.querySelectorAll('[tabindex="0"]')) other.setAttribute('tabindex', '-1');
      cell.setAttribute('tabindex', '0');
      cell.focus();
    };
    svg.addEventListener('click', (event) => {
      const cell = event.target.closest('.cell');
      if (cell) { focus(cell); choose(cell); }
    });
    svg.addEventListener('keydown', (event) => {
      const cell = event.target.closest('.cell');
      if (!cell) return;
      const siblings = children.get(cell.dataset.parent || '');
      const at = siblings.indexOf(cell);
      const steps = {
        ArrowRight: () => focus(siblings[at + 1]),
        ArrowLeft: () => focus(siblings[at - 1]),
        ArrowDown: () => focus((children.get(cell.id) || [])[0]),
        ArrowUp: () => focus(byId(cell.dataset.parent)),
        Home: () => focus(cells[0]),
        Enter: () => choose(cell),
        ' ': () => choose(cell),
      };
      if (steps[event.key]) { event.preventDefault(); steps[event.key](); }
    });
  }

  // The search over modules marks them in the drawing and shortens the list.
  for (const input of document.querySelectorAll('.search')) {
    const section = input.closest('.function');
    const svg = section.querySelector('.icicle');
    const rows = [...input.closest('.modules').querySelectorAll('tbody tr')].map((row) => ({ row, name: fold(row.cells[0].textContent) }));
    input.addEventListener('input', () => {
      const word = fold(input.value.trim());
      for (const { row, name } of rows) row.hidden = !name.includes(word);
      svg.classList.toggle('searching', word !== '');
      for (const cell of svg.querySelectorAll('.cell')) cell.classList.toggle('hit', word !== '' && fold(cell.dataset.name).includes(word));
    });
  }
})();
