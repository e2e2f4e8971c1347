// The comparison with a baseline: the verdict, and for each metric the interval of its change against the margin.
function gates() {
  runs.forEach((r, i) => {
    const g = r.gate;
    if (!g) return;
    $('gates').hidden = false;
    $('gates').append(el('div', {},
      el('h2', {}, several ? `${letter(i)}: ` : '', g.title, ' ', verdict(g.verdict)),
      g.reasons.map((why) => el('p', { class: 'banner' + (g.verdict === 'inconclusive' ? ' note' : '') }, why)),
      g.warnings.map((w) => el('p', { class: 'banner note' }, w)),
      comparison(g.rows, 'metric'),
      g.rows.some((m) => !m.gated) ? el('p', { class: 'muted small' }, '* not gated') : null,
      g.usage.length ? el('ul', { class: 'usage' }, g.usage.map((u) => el('li', {}, u.text, u.verdict === 'ok' ? null : [' ', el('span', { class: 'pill ' + (u.verdict === 'regressed' ? 'fail' : 'unscored') }, u.verdict === 'regressed' ? 'fails' : 'grew')]))) : null,
      g.slices.length ? el('details', {}, el('summary', {}, `${whole(g.slices.length)} by tag`), comparison(g.slices, 'slice')) : null,
      g.kinds.map(kind),
      g.reruns ? el('p', { class: 'muted small' }, `${whole(g.reruns)} ${g.reruns === 1 ? 'call' : 'calls'} to confirm`) : null));
  });
}

const verdict = (v, mark) => el('span', { class: 'pill ' + ({ ok: 'pass', regressed: 'fail', invalid: 'error', inconclusive: 'unscored' }[v] || 'none') }, v + (mark || ''));

function comparison(list, first) {
  const reach = Math.max(...list.flatMap((m) => [m.low, m.high, m.delta, m.threshold].map((x) => Math.abs(x ?? 0))), 1e-9);
  const scores = list.every((m) => Math.abs(m.delta ?? 0) <= 1 && Math.abs(m.threshold ?? 0) <= 1);
  const head = el('tr', {}, [first, 'from → to', 'change', '95 % interval', '', 'flips', 'verdict'].map((h) => el('th', {}, h)));
  return el('div', { class: 'scroll' }, el('table', { class: 'gate' }, el('thead', {}, head), el('tbody', {}, list.map((m) => el('tr', {},
    el('td', { class: 'case' }, m.name, el('div', { class: 'muted small' }, [m.limits, m.says].filter(Boolean).join(' · '))),
    el('td', {}, m.from_to), el('td', { 'data-label': 'change' }, m.change), el('td', { 'data-label': '95 % interval' }, m.interval),
    el('td', { class: 'drawn' }, interval(m, scores ? reach : Math.max(...[m.low, m.high, m.delta, m.threshold].map((x) => Math.abs(x ?? 0)), 1e-9))),
    el('td', { 'data-label': 'flips' }, m.flips), el('td', {}, verdict(m.verdict, m.gated ? '' : '*')))))));
}

// interval draws the change with its interval, 0 in the middle, and a dashed line where the margin ends.
function interval(m, reach) {
  const W = 160, H = 22, x = (v) => W / 2 + v / reach * (W / 2 - 6);
  const chart = svg('svg', { viewBox: `0 0 ${W} ${H}`, class: 'interval', role: 'img', 'aria-label': `change ${m.change}, interval ${m.interval}${m.limits ? ', ' + m.limits : ''}` });
  chart.append(svg('path', { d: `M${W / 2} 1V${H - 1}`, class: 'zero' }));
  if (m.threshold !== null) chart.append(svg('path', { d: `M${x(m.threshold)} 1V${H - 1}`, class: 'threshold' }, svg('title', {}, m.limits)));
  if (m.low !== null) chart.append(svg('path', { d: `M${x(m.low)} ${H / 2}H${x(m.high)}M${x(m.low)} ${H / 2 - 4}v8M${x(m.high)} ${H / 2 - 4}v8`, class: 'whisker' }));
  if (m.delta !== null) chart.append(svg('circle', { cx: x(m.delta), cy: H / 2, r: 4, class: { ok: 'pass', regressed: 'fail', invalid: 'error' }[m.verdict] || 'unscored' }));
  return chart;
}

// kind lists the cases of one fate; those of this report open.
function kind(k) {
  const few = 40;
  return el('p', { class: 'kind' }, el('b', {}, k.name), ' ', el('span', { class: 'muted small' }, `${whole(k.cases.length)} ${k.cases.length === 1 ? 'case' : 'cases'}: ${k.says}`), el('br', {}),
    k.cases.slice(0, few).map((id) => [byCase.has(id) ? el('button', { type: 'button', class: 'quiet', onclick: () => open(byCase.get(id)) }, id) : el('span', {}, id), ' ']).flat(),
    k.cases.length > few ? `and ${whole(k.cases.length - few)} more` : null);
}
