// Writes ../vectors.jsonl: texts and their numbers of tokens by the original tokenizer's WASM build (npm's
// tiktoken). The texts are sentences in many languages, source code, what the patterns decide on, and
// pseudo-random mixtures of it. Run: node vectors.mjs
import { get_encoding } from "tiktoken";
import { writeFileSync } from "node:fs";

const encodings = ["o200k_base", "cl100k_base", "p50k_base", "r50k_base"].map((n) => [n, get_encoding(n)]);
const texts = [];
const add = (category, ...list) => list.forEach((t) => texts.push([category, t]));

add("prose",
  "The quick brown fox can't jump over the lazy dog's bed; they'll say it didn't, we've seen it, I'm sure he'd try.",
  "Die Prüfung wurde größtenteils übersetzt, weil niemand Straßennamen ändern möchte.",
  "L'été dernier, nous avons mangé des crêpes à la crème près de l'hôtel.",
  "Çalışma odasındaki ışığı söndürmeden önce İstanbul'a giden otobüsü kaçırdığımızı öğrendik.",
  "Вчера вечером мы долго обсуждали, как лучше считать токены в длинных сообщениях.",
  "ذهبنا إلى السوق في الصباح الباكر لشراء الخبز والزيتون.",
  "हम कल सुबह बाज़ार गए और ताज़ी सब्ज़ियाँ ख़रीदीं।",
  "我们昨天讨论了如何精确地计算长文本中的词元数量,结果出乎意料。",
  "昨日は長い文章のトークン数を正確に数える方法について話し合いました。",
  "어제 우리는 긴 글의 토큰 수를 정확하게 세는 방법에 대해 이야기했습니다.",
  "ฉันไปตลาดตอนเช้าเพื่อซื้อผลไม้สดและดอกไม้",
  "Χθες συζητήσαμε πώς μετρούνται τα σύμβολα σε μεγάλα κείμενα.",
  "אתמול דיברנו על ספירת אסימונים בטקסטים ארוכים.");
add("code",
  "func (c *Counter) Count(text string) int {\n\tif text == \"\" {\n\t\treturn 0\n\t}\n\treturn len(c.encode(text)) // HTTPServer XMLHttpRequest\n}\n",
  "SELECT id, count(*) FROM runs WHERE tag='v1.2' GROUP BY 1;\r\n\r\n-- done\r\n",
  "def f(x):\n    return {k: v**2 for k, v in x.items() if not k.startswith('_')}  # O(n)\n\n\n",
  "| a | b |\n|---|:-:|\n| 1 | 2 |\n\n```js\nconst x = `${y}`;\n```\n");
add("patterns",
  "'s'S'T'LL'vE're'RE'd'M 'sa'ta 'll", "don'T WE'LL IT'S they'Re x'ſ y'ſa I'K", "'ſ 'S'ſt", "AB'cd ABC'd Abc'D 一'd 一A'd",
  "一二三ABC def", "一二三ABCdef", "ABC一DEF ", "ABC一DEFg", "ªºʰaB", "ǅAbǆ ǈ", "e\u0301E\u0301 \u0301a \u0301 !\u0301a", "12345678 ١٢٣٤ ⅧⅨ½²",
  "a1b2c3 x_y-z/w", "!!\n//\n/a ?!/\r\n\r\n/", "\n\n  \n x", "   \n   x   y\t\tz  ", "\r\n\r \n\r", "\u00a0\u3000a \u2028b\u0085c", "a  ", "  ", "\t", " \t\n \t",
  "<|endoftext|> and <|fim_prefix|><|im_start|>", "\u0000\u0000a\u0000", "\ufeffBOM", "\u200b\u200dzero", "\u{1F468}\u200d\u{1F469}\u200d\u{1F467}\u{1F3FD}\u{1F1E9}\u{1F1EA}",
  "\u{10ffff}\ufffd\ue000", "\u{1c89}\u{1c8a}\u{a7cb}\u{a7da}A", "\u{10d50}\u{10d70}\u{10d4a}\u{105c0}", "\u{1e5d0}\u{1e5f1}\u{2ebf0}", "");
for (const unit of ["a", "A", " ", "\n", "\n ", " \n", "\t", "=", "-", "*", "/", "!", "0", "一", "é", "😀", "ab", "aB", "Ab", "'s", "\r\n", "#", "_", ".", "\u0301", "가", "я", "<|endoftext|>"])
  for (const n of [2, 7, 33, 100, 250]) add("runs", unit.repeat(n), " " + unit.repeat(n) + "x");

let seed = 42;
const random = (n) => ((seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0), Math.floor((seed / 2 ** 32) * n));
const atoms = [" ", "  ", "\n", "\r\n", "\t", "\u3000", "a", "bc", "Z", "XY", "ǅ", "ª", "一", "二三", "\u0301", "\u0903", "'", "'s", "'S", "'ſ", "'ll", "1", "23",
  "٣", "Ⅷ", "!", "/", "?!", "\u2028", "🙂", "\0", "ß", "İ", "한국", "привет", "the", "ing", "tion", " un", "able"];
for (let i = 0; i < 300; i++) {
  let text = "";
  for (let k = 1 + random(30); k > 0; k--) text += atoms[random(atoms.length)].repeat(random(4) ? 1 : 1 + random(12));
  add("random", text);
}

const lines = texts.map(([category, text], id) => JSON.stringify({
  id, category, text_base64: Buffer.from(text).toString("base64"),
  counts: Object.fromEntries(encodings.map(([name, e]) => [name, e.encode_ordinary(text).length])),
}));
writeFileSync(new URL("../vectors.jsonl", import.meta.url), lines.join("\n") + "\n");
console.log(`${lines.length} texts`);
