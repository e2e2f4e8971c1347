// Putting it together: the head of the page, the controls, the keys, and the address that keeps the view.
function title() {
  const one = runs[0];
  $('title').textContent = [...new Set(runs.map((r) => r.result.run.suite))].join(', ');
  const about = (r) => [r.result.run.model, r.prompt, r.result.run.tag && 'tag ' + r.result.run.tag, r.started, r.commit && 'commit ' + r.commit.slice(0, 12), r.result.run.id].filter(Boolean).join(' · ');
  $('subtitle').textContent = several ? `${runs.length} runs side by side` : about(one);
  runs.forEach((r, i) => {
    const who = several ? letter(i) + ': ' : '';
    if (r.result.invalid) $('banners').append(el('p', { class: 'banner' }, `${who}Not valid: ${r.result.invalid}`));
    if (r.judges) $('banners').append(el('p', { class: 'muted small' }, `${who}${r.judges}`));
    if (r.others) $('banners').append(el('p', { class: 'banner note' }, `${who}${r.others}`));
    if (r.answers) $('banners').append(el('p', { class: 'banner note' }, `${who}Answers: ${r.answers}`));
  });
  if (head.limit) $('banners').append(el('p', { class: 'banner note' }, `Answers longer than ${whole(head.limit)} characters are cut here; cases.jsonl has all of them.`));
}

function totals(r, run) {
  const x = r.result, n = countStatus(run, -1), all = n.pass + n.fail + n.unscored + n.error;
  return [
    ['cases', whole(x.cases) + (x.run.repeat > 1 ? ` × ${x.run.repeat}` : '')],
    ['passed all metrics', all ? number(n.pass / all * 100, 1) + ' %' : '–'],
    ['failed calls', whole(x.errors)],
    ['cost', x.cost_usd === null ? 'unpriced' : money(x.cost_usd) + (x.cost_unpriced ? ` (${whole(x.cost_unpriced)} unpriced)` : '')],
    ['latency p50', millis(x.latency_ms?.p50)], ['latency p95', millis(x.latency_ms?.p95)],
    ['tokens in + out', x.usage ? `${whole(x.usage.input_tokens)} + ${whole(x.usage.output_tokens)}` : 'unknown'],
    ['duration', millis(x.duration_ms)],
  ];
}

function summary() {
  const lists = runs.map(totals);
  if (!several) {
    $('facts').append(el('div', { class: 'tiles' }, lists[0].map(([name, value]) => el('div', { class: 'tile' }, el('b', {}, value), el('span', {}, name)))));
    return;
  }
  const header = el('tr', {}, el('th', {}, 'run'), el('th', {}, 'model'), lists[0].map(([name]) => el('th', { class: 'num' }, name)));
  $('facts').append(el('div', { class: 'scroll' }, el('table', {}, el('thead', {}, header), el('tbody', {}, runs.map((r, i) =>
    el('tr', {}, el('td', {}, el('b', {}, letter(i)), ` ${r.name}`, r.prompt ? el('div', { class: 'muted small' }, r.prompt) : null), el('td', {}, r.result.run.model), lists[i].map(([, value]) => el('td', { class: 'num' }, value))))))));
}

function update(keepPage) {
  if (!keepPage) state.page = 0;
  select();
  render();
  for (const b of $('status').children) b.setAttribute('aria-pressed', String(b.dataset.status === state.status));
  for (const b of document.querySelectorAll('[data-metric]')) b.setAttribute('aria-pressed', String(Number(b.dataset.metric) === state.metric));
  $('tag').value = state.tag;
  $('metric').value = String(state.metric);
  $('sort').value = state.sort;
  $('direction').textContent = state.down ? '↓' : '↑';
  if (document.activeElement !== $('search')) $('search').value = state.q;
  keep();
}

// keep writes the view into the address, so that a link or a reload shows the same.
function keep() {
  const p = new URLSearchParams();
  for (const [k, v] of Object.entries(state)) if (v !== initial[k]) p.set(k, v);
  if (dialog.open && shown) p.set('case', shown.id);
  const hash = p.toString();
  if (hash === location.hash.slice(1)) return;
  try { history.replaceState(null, '', '#' + hash); } catch { /* a page without an address, as in a preview */ }
}

function restore() {
  const p = new URLSearchParams(location.hash.slice(1));
  Object.assign(state, initial);
  if (p.has('q')) state.q = p.get('q');
  if (statuses.includes(p.get('status'))) state.status = p.get('status');
  if (p.has('tag')) state.tag = p.get('tag');
  if (metrics[Number(p.get('metric') ?? -1)] !== undefined) state.metric = Number(p.get('metric'));
  if (sorts.some((s) => s[0] === p.get('sort'))) state.sort = p.get('sort');
  state.down = p.get('down') === 'true';
  state.page = Number(p.get('page')) || 0;
  const row = byCase.get(p.get('case'));
  update(true);
  if (row) open(row);
}

function open(row) {
  show(row, (by) => {
    const next = listed[listed.indexOf(shown) + by];
    if (next) open(next);
  });
  keep();
}

function controls() {
  for (const s of statuses) $('status').append(el('button', { type: 'button', 'data-status': s, onclick: () => { state.status = s; update(); } }, labels[s], el('span', {})));
  const tags = new Map();
  for (const row of rows) for (const t of row.tags) tags.set(t, (tags.get(t) || 0) + 1);
  $('tag').append(el('option', { value: '' }, 'all'), ...[...tags].sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0])).map(([t, n]) => el('option', { value: t }, `${t} (${whole(n)})`)));
  $('metric').append(el('option', { value: '-1' }, 'all'), ...metrics.map((name, m) => el('option', { value: String(m) }, name)));
  $('sort').append(...sorts.filter((s) => s[0] !== 'cost' || anyCost).map(([key, name]) => el('option', { value: key }, name)));
  $('tag').addEventListener('change', () => { state.tag = $('tag').value; update(); });
  $('metric').addEventListener('change', () => { state.metric = Number($('metric').value); update(); });
  $('sort').addEventListener('change', () => { state.sort = $('sort').value; update(); });
  $('direction').addEventListener('click', () => { state.down = !state.down; update(); });
  let wait;
  $('search').addEventListener('input', () => { clearTimeout(wait); wait = setTimeout(() => { state.q = $('search').value; update(); }, rows.length > 2000 ? 150 : 0); });
  $('tools').addEventListener('submit', (event) => event.preventDefault());
  $('tools').addEventListener('reset', () => setTimeout(() => { Object.assign(state, initial); $('search').value = ''; update(); }));
  for (const b of document.querySelectorAll('[data-metric]')) b.addEventListener('click', () => { const m = Number(b.dataset.metric); state.metric = state.metric === m ? -1 : m; update(); });
  dialog.addEventListener('close', () => { keep(); $('list').querySelector(`tr[data-case="${CSS.escape(shown.id)}"]`)?.focus(); });
  dialog.addEventListener('click', (event) => { if (event.target === dialog) dialog.close(); });
  const dark = matchMedia('(prefers-color-scheme: dark)'), theme = (isDark) => { document.documentElement.dataset.theme = isDark ? 'dark' : 'light'; };
  theme(dark.matches);
  dark.addEventListener('change', () => theme(dark.matches));
  $('theme').addEventListener('click', () => theme(document.documentElement.dataset.theme !== 'dark'));
  window.addEventListener('hashchange', restore);
  window.addEventListener('beforeprint', () => render(1000));
  window.addEventListener('afterprint', () => render());
}

function keys(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const typing = ['INPUT', 'SELECT', 'TEXTAREA'].includes(event.target.tagName);
  const by = { j: 1, k: -1, ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (dialog.open) {
    if ((event.key === 'j' || event.key === 'k')) { const next = listed[listed.indexOf(shown) + by]; if (next) open(next); }
    return;
  }
  if (event.key === '/' && !typing) { event.preventDefault(); $('search').focus(); return; }
  if (event.key === 'Escape' && event.target === $('search')) { $('search').blur(); return; }
  if (typing) return;
  const row = event.target.closest?.('#list tbody tr');
  if (event.key === 'Enter' && row?.dataset.case !== undefined) { event.preventDefault(); open(byCase.get(row.dataset.case)); return; } // else the key also presses the button that gets the focus
  if (by && (row || event.key.length === 1)) {
    event.preventDefault();
    const to = row ? (by > 0 ? row.nextElementSibling : row.previousElementSibling) : $('list').tBodies[0].rows[0];
    to?.focus();
  }
}

title();
summary();
metricCards();
gates();
controls();
scatter(open);
document.addEventListener('keydown', keys);
restore();
document.documentElement.dataset.ready = 'true';
