// Reading the data. Nothing of it is ever parsed as HTML: all text goes through textContent.
const $ = (id) => document.getElementById(id);
const head = JSON.parse($('head').textContent);
const runs = head.runs;
const metrics = head.metrics;
const several = runs.length > 1;
const letter = (run) => String.fromCharCode(65 + (run % 26)) + (run >= 26 ? Math.floor(run / 26) : '');

// el makes an element: a text child is text, never markup.
function el(name, attributes, ...children) {
  const e = document.createElement(name);
  for (const [k, v] of Object.entries(attributes || {})) {
    if (k === 'class') e.className = v;
    else if (k.startsWith('on')) e.addEventListener(k.slice(2), v);
    else if (v !== undefined && v !== false) e.setAttribute(k, v === true ? '' : v);
  }
  for (const c of children.flat()) if (c !== null && c !== undefined) e.append(c);
  return e;
}

// A row is a case with its records by run and repeat, in the order of the first run that has it.
const rows = [];
const byCase = new Map();
for (const island of document.querySelectorAll('script[data-run]')) {
  const run = Number(island.dataset.run);
  for (const record of JSON.parse(island.textContent)) {
    let row = byCase.get(record.case);
    if (!row) {
      row = { id: record.case, place: rows.length, runs: runs.map(() => []), memo: runs.map(() => ({})), tags: record.tags || [] };
      byCase.set(record.case, row);
      rows.push(row);
    }
    row.runs[run].push(record);
  }
  island.remove(); // its text would be kept twice
}

// statusOf judges one record, by all metrics or by one; null where that one does not apply.
function statusOf(record, metric) {
  if (metric < 0) {
    if (record.error) return 'error';
    const all = Object.values(record.scores);
    if (all.some((s) => s.unscored === undefined && !s.pass)) return 'fail';
    return record.static || all.some((s) => s.unscored !== undefined) ? 'unscored' : 'pass';
  }
  const s = record.scores[metric];
  if (!s) return null;
  if (s.unscored !== undefined) return record.error ? 'error' : 'unscored';
  return s.pass ? 'pass' : 'fail';
}

const worst = ['error', 'fail', 'unscored', 'pass'];
function rowStatus(row, run, metric) {
  const memo = row.memo[run];
  if (metric in memo) return memo[metric];
  let at = worst.length;
  for (const record of row.runs[run]) {
    const s = statusOf(record, metric);
    if (s) at = Math.min(at, worst.indexOf(s));
  }
  return memo[metric] = at < worst.length ? worst[at] : null;
}

// average is the mean over a row's repeats of what pick gives; null where nothing is known.
function average(row, run, pick) {
  let sum = 0, n = 0;
  for (const record of row.runs[run]) {
    const v = pick(record);
    if (v !== null && v !== undefined) { sum += v; n++; }
  }
  return n ? sum / n : null;
}
const scoreOf = (metric) => (record) => record.scores[metric]?.value;

const isBinary = metrics.map((_, m) => rows.every((row) => row.runs.every((list) => list.every((r) => {
  const v = scoreOf(m)(r);
  return v === undefined || v === null || v === 0 || v === 1;
}))));

// fold makes texts comparable: case, compatibility forms, and the Turkish dotted and dotless i are one.
const fold = (s) => s.normalize('NFKC').toLowerCase().replace(/\u0307/g, '').replace(/ı/g, 'i');

function haystack(row) {
  if (row.text === undefined) {
    const parts = [row.id, ...row.tags];
    for (const r of row.runs.flat()) {
      parts.push(r.by || '', r.input || '', r.expected || '', r.output || '', r.error ? r.error.type + ' ' + r.error.message : '');
      for (const s of Object.values(r.scores)) parts.push(s.why || '', s.unscored || '');
    }
    row.text = fold(parts.join('\n'));
  }
  return row.text;
}

const number = (v, digits) => v === null || v === undefined ? '–' : v.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
const whole = (v) => number(v, 0);
const millis = (ms) => ms === null || ms === undefined ? '–' : ms === 0 ? '0 ms' : ms < 0.05 ? '< 0.1 ms' : ms >= 9995 ? number(ms / 1000, 1) + ' s' : ms >= 995 ? number(ms / 1000, 2) + ' s' : number(ms, ms < 10 ? 1 : 0) + ' ms';
const money = (v) => v === null || v === undefined ? '–' : v === 0 ? '$0' : '$' + (Math.abs(v) < 0.01 ? String(Number(v.toPrecision(3))) : number(v, v < 1 ? 4 : 2));
