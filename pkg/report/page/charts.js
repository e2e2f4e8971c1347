// Charts are inline SVG, drawn with attributes only, as the page's policy allows no inline styles.
function svg(name, attributes, ...children) {
  const e = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [k, v] of Object.entries(attributes)) e.setAttribute(k, v);
  e.append(...children);
  return e;
}

// countStatus counts a run's records by how they fared on a metric.
function countStatus(run, metric) {
  const n = { pass: 0, fail: 0, unscored: 0, error: 0 };
  for (const row of rows) for (const r of row.runs[run]) {
    const s = statusOf(r, metric);
    if (s) n[s]++;
  }
  return n;
}

// shares draws passes, failures and what is unscored as parts of one bar.
function shares(run, metric) {
  const n = countStatus(run, metric), all = n.pass + n.fail + n.unscored + n.error, W = 300;
  const chart = svg('svg', { viewBox: `0 0 ${W} 14`, class: 'shares', preserveAspectRatio: 'none', role: 'img', 'aria-label': Object.entries(n).filter((e) => e[1]).map((e) => `${e[1]} ${e[0]}`).join(', ') });
  let x = 0;
  for (const [status, count] of Object.entries(n)) {
    if (!count) continue;
    const w = count / all * W;
    chart.append(svg('rect', { x, y: 0, width: Math.max(w - 1.5, 1), height: 14, rx: 2, class: status }, svg('title', {}, `${whole(count)} ${status}`)));
    x += w;
  }
  return chart;
}

// histogram draws the distribution of a graded metric in 20 bins.
function histogram(run, metric, low, high) {
  const bins = new Array(20).fill(0), W = 300, H = 56, pick = scoreOf(metric);
  for (const row of rows) for (const r of row.runs[run]) {
    const v = pick(r);
    if (v === null || v === undefined) continue;
    bins[Math.min(19, Math.floor((v - low) / (high - low || 1) * 20))]++;
  }
  const top = Math.max(1, ...bins);
  const chart = svg('svg', { viewBox: `0 0 ${W} ${H + 14}`, role: 'img', 'aria-label': 'distribution of the scores' });
  bins.forEach((n, i) => {
    const h = n ? Math.max(1.5, n / top * H) : 0, from = low + i * (high - low) / 20;
    chart.append(svg('rect', { x: i * 15 + .75, y: H - h, width: 13.5, height: h, rx: 1.5, class: 'bar' }, svg('title', {}, `${number(from, 2)} to ${number(from + (high - low) / 20, 2)}: ${whole(n)}`)));
  });
  chart.append(svg('path', { d: `M0 ${H + .5}H${W}`, class: 'axis' }), svg('text', { x: 0, y: H + 12 }, number(low, 2)), svg('text', { x: W, y: H + 12, 'text-anchor': 'end' }, number(high, 2)));
  return chart;
}

function span(metric) {
  let low = 0, high = 1;
  const pick = scoreOf(metric);
  for (const row of rows) for (const r of row.runs.flat()) {
    const v = pick(r);
    if (v !== null && v !== undefined) { low = Math.min(low, v); high = Math.max(high, v); }
  }
  return [low, high];
}

function metricCards() {
  metrics.forEach((name, m) => {
    const [low, high] = isBinary[m] ? [0, 1] : span(m);
    const card = el('button', { type: 'button', class: 'card metric', 'data-metric': m, 'aria-pressed': 'false', title: 'Show the cases by this metric' }, el('h3', {}, name));
    runs.forEach((run, i) => {
      const at = run.result.metrics.findIndex((x) => x.name === name), r = run.result.metrics[at];
      if (!r) return;
      const ci = r.ci95 ? `${number(r.ci95[0], 3)} … ${number(r.ci95[1], 3)}` : 'no interval';
      card.append(el('div', { class: several ? 'row several' : 'row' },
        el('div', { class: 'line' }, several ? el('b', {}, letter(i)) : null, el('span', { class: 'mean' }, number(r.mean, 4)),
          el('span', { class: 'muted small' }, ci)),
        el('div', { class: 'muted small' }, `${whole(r.n)} scored` + (r.unscored ? `, ${whole(r.unscored)} unscored` : '')),
        run.notes[at].map((note) => el('div', { class: 'muted small note' }, note)),
        isBinary[m] ? shares(i, m) : histogram(i, m, low, high)));
    });
    $('metrics').append(card);
  });
  if (!metrics.length) $('metrics').append(el('p', { class: 'muted' }, 'The suite has no scorer, so nothing was scored.'));
}

// ticks are about five round numbers from 0 to past the top.
function ticks(top) {
  const rough = top / 4 || 1, power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((f) => f * power).find((s) => s >= rough);
  const list = [];
  for (let i = 0; list.length < 7; i++) {
    list.push(i * step);
    if (i * step >= top) break;
  }
  return list;
}

// scatter shows each record's cost, or its output tokens where nothing is priced, against its latency.
function scatter(open) {
  const points = [], all = rows.flatMap((row) => row.runs.flatMap((list, run) => list.map((record) => ({ row, run, record }))));
  const priced = all.some((p) => p.record.cost !== null);
  const x = (p) => priced ? p.record.cost : p.record.out;
  for (const p of all) if (x(p) !== null && p.record.latency > 0) points.push(p);
  if (points.length < 2) return;
  $('scatter-section').hidden = false;
  $('scatter-head').textContent = priced ? 'Cost and latency' : 'Output tokens and latency';
  const W = 900, H = 300, left = 58, bottom = 34, top = 10, right = 16;
  const xs = ticks(Math.max(...[0, ...maxima(points, x)])), ys = ticks(Math.max(...maxima(points, (p) => p.record.latency)));
  const X = (v) => left + v / xs.at(-1) * (W - left - right), Y = (v) => H - bottom - v / ys.at(-1) * (H - bottom - top);
  const chart = svg('svg', { viewBox: `0 0 ${W} ${H}`, role: 'img', 'aria-label': `${points.length} answers by ${priced ? 'cost' : 'output tokens'} and latency` });
  for (const t of xs) chart.append(svg('path', { d: `M${X(t)} ${top}V${H - bottom}`, class: 'axis' }), svg('text', { x: X(t), y: H - bottom + 15, 'text-anchor': 'middle' }, priced ? money(t) : whole(t)));
  for (const t of ys) chart.append(svg('path', { d: `M${left} ${Y(t)}H${W - right}`, class: 'axis' }), svg('text', { x: left - 7, y: Y(t) + 4, 'text-anchor': 'end' }, millis(t)));
  chart.append(svg('text', { x: W - right, y: H - 3, 'text-anchor': 'end' }, priced ? 'cost of a call' : 'output tokens of a call'));
  const paths = { pass: '', unscored: '', error: '', fail: '' };
  for (const p of points) {
    p.x = X(x(p)); p.y = Y(p.record.latency);
    const s = statusOf(p.record, -1), at = `M${p.x.toFixed(1)} ${p.y.toFixed(1)}`;
    paths[s] += s === 'pass' ? at + 'h0' : at + 'm-3.5-3.5l7 7m-7 0l7-7'; // a cross, so that colour is not all
  }
  for (const [s, d] of Object.entries(paths)) if (d) chart.append(svg('path', { d, class: 'dots ' + s }));
  const ring = svg('circle', { r: 7, class: 'near', visibility: 'hidden' }), words = el('span', { class: 'muted small' }, '● passed   ✕ not passed · point at one for its case, click to open it');
  chart.append(ring);
  const nearest = (event) => {
    const box = chart.getBoundingClientRect(), px = (event.clientX - box.left) / box.width * W, py = (event.clientY - box.top) / box.height * H;
    let best = null, distance = 400;
    for (const p of points) {
      const d = (p.x - px) ** 2 + (p.y - py) ** 2;
      if (d < distance) { best = p; distance = d; }
    }
    return best;
  };
  chart.addEventListener('pointermove', (event) => {
    const p = nearest(event);
    ring.setAttribute('visibility', p ? 'visible' : 'hidden');
    if (!p) return;
    ring.setAttribute('cx', p.x); ring.setAttribute('cy', p.y);
    words.textContent = `${several ? letter(p.run) + ' ' : ''}${p.row.id} · ${priced ? money(p.record.cost) : whole(p.record.out) + ' tokens'} · ${millis(p.record.latency)} · ${statusOf(p.record, -1)}`;
  });
  chart.addEventListener('click', (event) => { const p = nearest(event); if (p) open(p.row); });
  $('scatter').append(chart, el('div', { class: 'legend' }, words));
}

// maxima gives the greatest value as a list of one; spreading all values would overflow the stack.
const maxima = (points, value) => [points.reduce((m, p) => Math.max(m, value(p)), 0)];
