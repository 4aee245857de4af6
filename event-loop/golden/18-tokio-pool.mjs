// Work that would block, beside the loop: a file and a computation on other threads, awaited together.
import { readFile, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { deflateRaw, inflateRaw } from 'node:zlib';

await writeFile('note.txt', 'remember the milk');
const [text, bytes] = await Promise.all([
  readFile('note.txt', 'utf8'),
  promisify(deflateRaw)('a'.repeat(100_000)).then(promisify(inflateRaw)),
]);
console.log('file:', text);
console.log('computed:', bytes.length);
