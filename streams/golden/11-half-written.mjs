// Files and errors: what is half written is removed, or better, never seen.
import { createWriteStream, existsSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';

// the file half written is the caller's to remove
const dir = mkdtempSync(join(tmpdir(), 'streams-'));
const path = join(dir, 'out.bin');
const target = createWriteStream(path);
await new Promise((resolve) => target.once('open', resolve));
try {
  await pipeline(Readable.from([Buffer.alloc(1000), 'x']), new Transform({
    transform(chunk, _e, done) { chunk.length === 1 ? done(new Error('bad chunk')) : done(null, chunk); },
  }), target);
} catch (error) {
  console.log(`file: ${error.message}; partial file there ${existsSync(path)}`);
  rmSync(path);
}
console.log(`file: after clean-up there ${existsSync(path)}`);

// whole or not at all: write beside it, rename when complete, remove the rest
async function whole(label, chunks) {
  const part = `${path}.part`;
  const beside = createWriteStream(part);
  await new Promise((resolve) => beside.once('open', resolve));
  try {
    await pipeline(Readable.from(chunks), async function* (source) {
      for await (const chunk of source) { if (chunk === 'bad') throw new Error('bad chunk'); yield chunk; }
    }, beside);
    renameSync(part, path);
    console.log(`${label}: ok; there ${existsSync(path)}, files ${readdirSync(dir).length}`);
  } catch (error) {
    rmSync(part);
    console.log(`${label}: ${error.message}; there ${existsSync(path)}, files ${readdirSync(dir).length}`);
  }
}
await whole('half of it', ['good', 'bad']);
await whole('all of it', ['good', 'better']);
rmSync(dir, { recursive: true });
