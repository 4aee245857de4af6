// What console.log prints, JSON, ordering, equality and joining.
import buffer, { Buffer } from 'node:buffer';
import util from 'node:util';
const seq = (n) => Buffer.from(Array.from({ length: n }, (_, i) => (i * 5) & 255));
for (const n of [0, 1, 49, 50, 51, 52, 75]) console.log(n, util.inspect(seq(n)));
buffer.INSPECT_MAX_BYTES = 3; console.log(seq(3), seq(4), seq(9)); buffer.INSPECT_MAX_BYTES = 50;
console.log(JSON.stringify(Buffer.from('json')), JSON.stringify(Buffer.alloc(0)));
console.log(Buffer.from(JSON.parse(JSON.stringify(Buffer.from('json')))).toString());
const words = ['pear', 'fig', 'figs', '', 'Fig', '\u00e9clair', 'apple'].map((w) => Buffer.from(w));
console.log(words.sort(Buffer.compare).map((w) => w.toString()).join(' < '));
const a = Buffer.from('mississippi'), b = Buffer.from('missouri');
console.log(a.compare(b), b.compare(a), a.compare(a), a.compare(b, 0, 4, 0, 4), a.compare(b, 2, 4, 5, 7), a.compare(Buffer.alloc(0)), Buffer.alloc(0).compare(a));
console.log(a.equals(Buffer.from('mississippi')), a.equals(b), a.subarray(0, 4).equals(b.subarray(0, 4)));
const parts = ['con', 'cat', 'en', 'ate'].map((w) => Buffer.from(w));
console.log(Buffer.concat(parts).toString(), Buffer.concat(parts, 6).toString(), Buffer.concat(parts, 13), Buffer.concat([]), Buffer.concat(parts, 0).length);
console.log(Buffer.concat([Buffer.from([1]), Buffer.from([2, 3])]));
console.log(a.toString('utf8', 4, 7), a.at(-1), a.toString('hex', 0, 2), String(a), `${b}`);
