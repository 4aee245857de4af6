// Writable: a file written, appended to, changed in the middle, and not overwritten by mistake.
import { createWriteStream, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';

const dir = mkdtempSync(join(tmpdir(), 'streams-'));
const path = join(dir, 'log.txt');

async function write(label, text, options) {
  const sink = createWriteStream(path, options);
  sink.end(text);
  const result = await finished(sink).then(() => 'written', () => 'refused');
  console.log(`${label}: ${result}, file holds ${JSON.stringify(readFileSync(path, 'utf8'))}`);
}

await write('new', 'one two three\n', { flags: 'w' });
await write('append', 'four\n', { flags: 'a' });
await write('at an offset', 'TWO', { flags: 'r+', start: 4 });
await write('only if new', 'lost?', { flags: 'wx' });
await write('overwrite', 'Ångström\n', { flags: 'w' });
rmSync(dir, { recursive: true });
