// Readable.from: any iterator is a source, of objects too, and is released when the reader leaves.
import { Readable } from 'node:stream';

function* naturals() {
  try {
    for (let n = 1; ; n++) yield n;
  } finally {
    console.log('released');
  }
}

const even = Readable.from(naturals()).filter((n) => n % 2 === 0);
console.log('even squares:', (await even.map((n) => n * n).take(3).toArray()).join(' '));

for await (const n of Readable.from(naturals())) {
  if (n === 4) break;
  console.log('number', n);
}

const people = [{ name: 'Ada', born: 1815 }, { name: 'Grace', born: 1906 }];
const initials = Readable.from(people).flatMap((person) => person.name.slice(0, 2));
console.log('letters:', (await initials.toArray()).join(''));
console.log('sum:', await Readable.from(people).reduce((sum, person) => sum + person.born, 0));
const modern = await Readable.from(people).find((person) => person.born > 1900);
console.log('first after 1900:', modern.name);

// Items before an error are delivered.
async function* failing() {
  yield 'one';
  throw new Error('no more');
}
try {
  for await (const item of Readable.from(failing())) console.log('item', item);
} catch (error) {
  console.log('error:', error.message);
}
