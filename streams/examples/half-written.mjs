// Files and errors: a half-written file is removed, or better, never seen.
import { once } from 'node:events';
import { createWriteStream, existsSync, mkdtempSync } from 'node:fs';
import { readdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

const dir = mkdtempSync(join(tmpdir(), 'streams-'));
const path = join(dir, 'out.bin');

function* chunks(items) {
  for (const item of items) {
    if (item === 'bad') throw new Error('bad chunk');
    yield item;
  }
}

// The half-written file is yours to remove.
const sink = createWriteStream(path);
await once(sink, 'open');
try {
  await pipeline(chunks(['good', 'bad']), sink);
} catch (error) {
  console.log(`${error.message}, partial file there ${existsSync(path)}`);
}
rmSync(path);

// Whole or not at all: write under another name, rename when complete, remove the rest.
async function whole(items) {
  const part = `${path}.part`;
  const sink = createWriteStream(part);
  await once(sink, 'open');
  try {
    await pipeline(chunks(items), sink);
    renameSync(part, path);
    return 'ok';
  } catch (error) {
    rmSync(part);
    return error.message;
  }
}
console.log(`${await whole(['good', 'bad'])}, files ${readdirSync(dir).length}`);
console.log(`${await whole(['good', 'better'])}, files ${readdirSync(dir).length}`);
rmSync(dir, { recursive: true });
