// Readable.from: any iterator is a source, of objects too, and it is released when nobody wants more.
import { Readable } from 'node:stream';

let released = 0;
function* naturals() {
  try { for (let n = 1; ; n++) yield n; } finally { released += 1; }
}

const squares = await Readable.from(naturals()).filter((n) => n % 2 === 0).map((n) => n * n).take(3).toArray();
console.log(`even squares: ${squares.join(' ')}, released ${released}`);

const seen = [];
for await (const n of Readable.from(naturals())) {
  seen.push(n);
  if (n === 4) break;
}
console.log(`left at: ${seen.join(' ')}, released ${released}`);

const people = [{ name: 'Ada', born: 1815 }, { name: 'Grace', born: 1906 }, { name: 'Edsger', born: 1930 }];
console.log(`first of the century: ${(await Readable.from(people).find((p) => p.born > 1900)).name}`);
console.log(`sum of years: ${await Readable.from(people).reduce((sum, p) => sum + p.born, 0)}`);
console.log(`letters: ${(await Readable.from(people).flatMap((p) => p.name.slice(0, 2)).toArray()).join('')}`);

// What came before an error has been delivered.
async function* failing() { yield 'one'; yield 'two'; throw new Error('no more'); }
const got = [];
try { for await (const item of Readable.from(failing())) got.push(item); } catch (error) {
  console.log(`then an error: ${got.join(' ')}, ${error.message}`);
}
