// diff compares two texts word by word: a list of [kind, text] with kinds '=', '-' and '+', or null where
// they are too long to compare or too different for it to help.
function diff(a, b) {
  const words = (s) => s.match(/\s+|[\p{L}\p{N}\p{M}_]+|[^\s\p{L}\p{N}\p{M}_]/gu) || [];
  const x = words(a), y = words(b);
  let start = 0, endX = x.length, endY = y.length;
  while (start < endX && start < endY && x[start] === y[start]) start++;
  while (endX > start && endY > start && x[endX - 1] === y[endY - 1]) { endX--; endY--; }
  const n = endX - start, m = endY - start;
  if (n * m > 4e6) return null;
  // Longest common subsequence, from the end, so that it can be walked forwards.
  const width = m + 1, length = new Uint16Array((n + 1) * width);
  for (let i = n - 1; i >= 0; i--) for (let j = m - 1; j >= 0; j--) {
    length[i * width + j] = x[start + i] === y[start + j] ? length[(i + 1) * width + j + 1] + 1 : Math.max(length[(i + 1) * width + j], length[i * width + j + 1]);
  }
  const out = [];
  const put = (kind, text) => { const last = out.at(-1); if (last && last[0] === kind) last[1] += text; else out.push([kind, text]); };
  for (let i = 0; i < start; i++) put('=', x[i]);
  let i = 0, j = 0, same = start + x.length - endX;
  while (i < n || j < m) {
    if (i < n && j < m && x[start + i] === y[start + j]) { put('=', x[start + i]); i++; j++; same++; }
    else if (j >= m || i < n && length[(i + 1) * width + j] >= length[i * width + j + 1]) put('-', x[start + i++]);
    else put('+', y[start + j++]);
  }
  for (let k = endX; k < x.length; k++) put('=', x[k]);
  return same * 4 >= Math.max(x.length, y.length) ? out : null;
}

// marked fills a <pre> with one side of a difference: 'a' shows what went, 'b' what came.
function marked(pre, parts, side) {
  const hidden = side === 'a' ? '+' : '-';
  for (const [kind, text] of parts) {
    if (kind === hidden) continue;
    pre.append(kind === '=' ? text : el(kind === '-' ? 'del' : 'ins', {}, text));
  }
  return pre;
}
