// The case that is looked at: what was asked and expected, and what came, side by side.
const dialog = $('detail');
let shown = null;

function scoreList(record) {
  return el('ul', { class: 'scores' }, metrics.map((name, m) => {
    const s = record.scores[m];
    if (!s) return null;
    const status = s.unscored !== undefined ? 'unscored' : s.pass ? 'pass' : 'fail';
    const value = s.value === null || s.value === undefined ? '' : isBinary[m] ? '' : ' ' + number(s.value, 3);
    return el('li', {}, el('span', { class: 'mark ' + status, 'aria-label': status }, symbol[status]),
      el('span', {}, el('b', {}, name), value, s.unscored !== undefined ? ': unscored, ' + s.unscored : s.why ? ': ' + s.why : ''));
  }));
}
const symbol = { pass: '✓', fail: '✗', unscored: '?', error: '!' };

function facts(record) {
  const list = [];
  if (record.latency > 0) list.push(millis(record.latency));
  if (record.in !== null) list.push(`${whole(record.in)} + ${whole(record.out)} tokens`);
  if (record.cost !== null) list.push(money(record.cost));
  if (record.finish && record.finish !== 'stop') list.push('finish: ' + record.finish);
  return list.join(' · ');
}

// answer is one column: a record's output, compared with what it should be or with the first run's.
function answer(title, record, parts, side) {
  const pre = el('pre', { dir: 'auto' });
  if (parts) marked(pre, parts, side);
  else pre.append(record.output || (record.error ? '' : '(nothing)'));
  const column = el('div', {}, el('h3', {}, title));
  if (record.error) column.append(el('pre', { class: 'failed' }, `${record.error.type}: ${record.error.message}`));
  if (record.output || !record.error) column.append(pre);
  if (record.cut) column.append(el('p', { class: 'muted small' }, `${whole(record.cut)} more characters are in cases.jsonl`));
  if (record.by) column.append(el('p', { class: 'small' }, record.by));
  column.append(el('p', { class: 'muted small' }, facts(record)), scoreList(record));
  return column;
}

function columns(row) {
  const list = el('div', { class: 'columns' }), first = row.runs.flat()[0], want = first.expected;
  const one = row.runs.flat().length === 1;
  const against = one && want !== undefined ? diff(want, first.output || '') : null;
  if (want !== undefined) {
    const pre = el('pre', { dir: 'auto' });
    list.append(el('div', {}, el('h3', {}, 'Expected'), against ? marked(pre, against, 'a') : (pre.append(want), pre)));
  }
  row.runs.forEach((records, run) => records.forEach((record) => {
    let title = several ? `${letter(run)} · ${runs[run].name}` : 'Got';
    if (records.length > 1) title += `, repeat ${record.repeat + 1}`;
    const base = row.runs[0][record.repeat];
    const other = run > 0 ? base : runs.length === 2 ? row.runs[1][record.repeat] : null;
    const between = other && (run > 0 ? diff(other.output || '', record.output || '') : diff(record.output || '', other.output || ''));
    list.append(answer(title, record, against || between, against || run > 0 ? 'b' : 'a'));
  }));
  return list;
}

// show opens a case; step moves to a neighbour among those that are listed.
function show(row, step) {
  shown = row;
  const first = row.runs.flat()[0];
  dialog.replaceChildren(
    el('div', { class: 'bar' }, el('h2', { id: 'detail-title' }, row.id),
      runs.map((_, run) => pill(rowStatus(row, run, -1), run)),
      el('button', { type: 'button', class: 'quiet', onclick: () => step(-1), title: 'k' }, '‹ Previous'),
      el('button', { type: 'button', class: 'quiet', onclick: () => step(1), title: 'j' }, 'Next ›'),
      el('button', { type: 'button', id: 'close', autofocus: true, onclick: () => dialog.close(), title: 'Esc' }, 'Close')),
    el('div', { class: 'body' },
      row.tags.length ? el('p', { class: 'muted small' }, row.tags.join(' · ')) : null,
      first.input ? [el('h3', {}, 'Input'), el('pre', { dir: 'auto' }, first.input)] : null,
      columns(row)));
  if (!dialog.open) dialog.showModal();
  dialog.scrollTop = 0;
}

function pill(status, run) {
  const text = (several ? letter(run) + ' ' : '') + (status || 'none');
  return el('span', { class: 'pill ' + (status || 'none') }, text);
}
