// Work that would block, beside the loop: a file and a computation on other threads.
import { readFile, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { deflateRaw, inflateRaw } from 'node:zlib';

const note = join(tmpdir(), `note-${process.pid}`);
await writeFile(note, 'remember the milk');
const [text, bytes] = await Promise.all([
  readFile(note, 'utf8'),
  promisify(deflateRaw)('a'.repeat(100_000)).then(promisify(inflateRaw)),
]);
await unlink(note);
console.log('file:', text);
console.log('computed:', bytes.length);
