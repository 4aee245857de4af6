// Ordering, equality and joining.
import { Buffer } from 'node:buffer';

const words = ['pear', 'fig', 'figs', '', 'Fig', 'éclair'].map((word) => Buffer.from(word));
for (const word of words.sort(Buffer.compare)) console.log(`${word}`);

const a = Buffer.from('mississippi'), b = Buffer.from('missouri');
console.log(a.compare(b), b.compare(a), a.compare(Buffer.from(a)));
console.log(a.compare(b, 0, 4, 0, 4), a.compare(b, 2, 4, 5, 7), a.compare(Buffer.alloc(0)));
console.log(a.equals(b), a.subarray(0, 4).equals(b.subarray(0, 4)));

const parts = [Buffer.from('con'), Buffer.from('cat')];
console.log(String(Buffer.concat(parts)), String(Buffer.concat(parts, 4)));
console.log(Buffer.concat(parts, 8), Buffer.concat([]));
console.log(a.toString('utf8', 4, 7), a.toString('hex', 0, 2));
