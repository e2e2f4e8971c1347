// Times the npm counters on texts that the Go benchmark wrote, and prints one table. `make bench-peers` runs
// the Go side first: TOKENS_CORPUS_DIR=dir go test -run TestWriteCorpora ./pkg/tokens, then
// node bench.mjs dir. Each counter gets an unmeasured run, then the median of five is taken. A text that
// takes a counter longer than a minute is left out after one run.
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { get_encoding } from "tiktoken";
import { getEncoding } from "js-tiktoken";
import * as gpt from "gpt-tokenizer/encoding/o200k_base";

const dir = process.argv[2];
if (!dir) {
  console.error("usage: node bench.mjs DIR (with .txt files)");
  process.exit(2);
}
const wasm = get_encoding("o200k_base"), js = getEncoding("o200k_base");
const counters = {
  "tiktoken (WASM)": (t) => wasm.encode_ordinary(t).length,
  "gpt-tokenizer": (t) => gpt.countTokens(t, { disallowedSpecial: new Set() }),
  "js-tiktoken": (t) => js.encode(t, [], []).length,
};

const time = (count, text) => {
  const start = performance.now();
  const tokens = count(text);
  return [performance.now() - start, tokens];
};

for (const file of readdirSync(dir).filter((f) => f.endsWith(".txt")).sort()) {
  const text = readFileSync(join(dir, file), "utf8"), bytes = Buffer.byteLength(text);
  for (const [name, count] of Object.entries(counters)) {
    const [first, tokens] = time(count, text);
    const runs = first > 5000 ? [first] : Array.from({ length: 5 }, () => time(count, text)[0]).sort((a, b) => a - b);
    const ms = runs[runs.length >> 1];
    console.log(`${file.padEnd(20)} ${name.padEnd(16)} ${String(tokens).padStart(8)} tokens ${(bytes / 1000 / ms).toFixed(2).padStart(8)} MB/s`);
  }
}
