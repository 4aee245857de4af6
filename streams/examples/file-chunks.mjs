// Readable: a file in chunks of the high-water mark, a byte range, a file that is missing.
import { createReadStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const dir = mkdtempSync(join(tmpdir(), 'streams-'));
const path = join(dir, 'data.bin');
const empty = join(dir, 'empty');
writeFileSync(path, Buffer.alloc(200_000));
writeFileSync(empty, '');

async function read(label, path, options) {
  const sizes = [];
  for await (const chunk of createReadStream(path, options)) sizes.push(chunk.length);
  console.log(`${label}: [${sizes.join(', ')}]`);
}

await read('64 KiB', path);
await read('50 kB', path, { highWaterMark: 50_000 });
await read('range', path, { start: 65_530, end: 65_545 }); // the end is inclusive
await read('past the end', path, { start: 199_990, end: 300_000 });
await read('empty', empty);
try {
  await read('missing', join(dir, 'missing'));
} catch (error) {
  console.log(`missing: not found is ${error.code === 'ENOENT'}`);
}
rmSync(dir, { recursive: true });
