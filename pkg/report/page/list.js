// The list of cases: filtered, sorted and shown a page at a time.
const perPage = 100;
const initial = { q: '', status: 'all', tag: '', metric: -1, sort: 'place', down: false, page: 0 };
const state = { ...initial };
let listed = rows;

const statuses = several ? ['all', 'fail', 'unscored', 'error', 'pass', 'changed'] : ['all', 'fail', 'unscored', 'error', 'pass'];
const labels = { all: 'All', fail: 'Failed', unscored: 'Unscored', error: 'Errors', pass: 'Passed', changed: 'Changed' };

// changed tells that a case fares differently in some run.
function changed(row) {
  const first = rowStatus(row, 0, state.metric);
  return runs.some((_, run) => rowStatus(row, run, state.metric) !== first);
}

function hasStatus(row, status) {
  if (status === 'all') return state.metric < 0 || runs.some((_, run) => rowStatus(row, run, state.metric) !== null);
  if (status === 'changed') return changed(row);
  if (status === 'pass') return runs.every((_, run) => [null, 'pass'].includes(rowStatus(row, run, state.metric))) && runs.some((_, run) => rowStatus(row, run, state.metric));
  return runs.some((_, run) => rowStatus(row, run, state.metric) === status);
}

const sorts = [
  ['place', 'order of the suite', (row) => row.place],
  ['case', 'case', (row) => row.id],
  ['status', 'status', (row) => Math.min(...runs.map((_, run) => worst.indexOf(rowStatus(row, run, state.metric) || 'pass')))],
  ...metrics.map((name, m) => ['m' + m, name, (row) => average(row, 0, scoreOf(m))]),
  ...(several ? metrics.map((name, m) => ['d' + m, name + ', difference', (row) => difference(row, m)]) : []),
  ['latency', 'latency', (row) => average(row, 0, (r) => r.latency)],
  ['cost', 'cost', (row) => average(row, 0, (r) => r.cost)],
  ['tokens', 'output tokens', (row) => average(row, 0, (r) => r.out)],
];

// difference is the last run's score less the first one's.
function difference(row, metric) {
  const a = average(row, 0, scoreOf(metric)), b = average(row, runs.length - 1, scoreOf(metric));
  return a === null || b === null ? null : b - a;
}

function select() {
  const words = fold(state.q).split(/\s+/).filter(Boolean);
  const found = rows.filter((row) => (!state.tag || row.tags.includes(state.tag)) && words.every((w) => haystack(row).includes(w)));
  for (const b of $('status').children) b.querySelector('span').textContent = ' ' + whole(found.filter((row) => hasStatus(row, b.dataset.status)).length);
  const [, , key] = sorts.find((s) => s[0] === state.sort) || sorts[0];
  const keyed = found.filter((row) => hasStatus(row, state.status)).map((row) => [key(row), row]);
  keyed.sort(([a, x], [b, y]) => {
    if (a === null || b === null) return (a === null) - (b === null) || x.place - y.place; // unknown is last either way
    const order = typeof a === 'string' ? a.localeCompare(b, 'en', { numeric: true }) : a - b;
    return (state.down ? -order : order) || x.place - y.place;
  });
  listed = keyed.map((k) => k[1]);
}

const columnsOfList = [
  ['status', 'status', ''], ['case', 'case', ''], [null, 'answer', ''],
  ...metrics.map((name, m) => ['m' + m, name, 'marks']), ['latency', 'latency', 'num'], ['cost', 'cost', 'num'],
];
const anyCost = rows.some((row) => row.runs.flat().some((r) => r.cost !== null));

function headRow() {
  return el('tr', {}, columnsOfList.filter((c) => c[0] !== 'cost' || anyCost).map(([key, name, cls]) => {
    const sorted = key === state.sort;
    if (!key) return el('th', { scope: 'col', class: cls }, name);
    return el('th', { scope: 'col', class: cls, 'aria-sort': sorted && (state.down ? 'descending' : 'ascending') },
      el('button', { type: 'button', 'data-sort': key, onclick: () => sortBy(key) }, name + (sorted ? state.down ? ' ↓' : ' ↑' : '')));
  }));
}

function sortBy(key) {
  if (state.sort === key && state.down) Object.assign(state, { sort: 'place', down: false });
  else Object.assign(state, { down: state.sort === key, sort: key });
  update();
}

function mark(row, run, m) {
  const status = rowStatus(row, run, m), value = average(row, run, scoreOf(m));
  if (!status) return el('span', { class: 'mark none', title: 'does not apply' }, '·');
  const partly = value !== null && (!isBinary[m] || value !== 0 && value !== 1);
  return el('span', { class: 'mark ' + status, title: `${several ? letter(run) + ': ' : ''}${status}` }, partly ? number(value, 2) : symbol[status]);
}

function preview(row) {
  const last = row.runs.findLast((list) => list.length)[0];
  const text = last.error && !last.output ? `${last.error.type}: ${last.error.message}` : last.output || '(nothing)';
  return text.length > 220 ? text.slice(0, 220) + '…' : text;
}

function listRow(row) {
  return el('tr', { tabindex: '-1', 'data-case': row.id, onclick: () => open(row) },
    el('td', {}, runs.map((_, run) => pill(rowStatus(row, run, state.metric), run))),
    el('td', { class: 'case' }, el('span', {}, row.id), row.tags.length ? el('div', { class: 'muted small' }, row.tags.join(' · ')) : null),
    el('td', { class: 'got', dir: 'auto' }, preview(row)),
    metrics.map((name, m) => el('td', { class: 'marks', 'data-label': name }, runs.map((_, run) => mark(row, run, m)))),
    el('td', { class: 'num' }, millis(average(row, 0, (r) => r.latency || null))),
    anyCost ? el('td', { class: 'num' }, money(average(row, 0, (r) => r.cost))) : null);
}

function render(limit) {
  const pages = Math.max(1, Math.ceil(listed.length / perPage));
  state.page = Math.min(Math.max(0, state.page), pages - 1);
  const part = limit ? listed.slice(0, limit) : listed.slice(state.page * perPage, (state.page + 1) * perPage);
  const table = $('list');
  table.tHead.replaceChildren(headRow());
  table.tBodies[0].replaceChildren(...part.map(listRow));
  if (!part.length) table.tBodies[0].append(el('tr', {}, el('td', { class: 'empty', colspan: '20' }, 'No case fits. Clear the filters to see all.')));
  else table.tBodies[0].rows[0].tabIndex = 0;
  $('count').textContent = listed.length === rows.length ? `${whole(rows.length)} cases` : `${whole(listed.length)} of ${whole(rows.length)} cases`;
  const turn = (by, name) => el('button', { type: 'button', disabled: state.page + by < 0 || state.page + by >= pages, onclick: () => { state.page += by; render(); $('cases-head').scrollIntoView(); } }, name);
  $('pager').replaceChildren(...(pages > 1 ? [turn(-1, '‹ Previous'), el('span', { class: 'muted' }, `page ${state.page + 1} of ${whole(pages)}`), turn(1, 'Next ›')] : []));
}
