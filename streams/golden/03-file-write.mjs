// Writable: a file written in chunks, appended to, and not overwritten when that is forbidden.
import { createWriteStream, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';

const dir = mkdtempSync(join(tmpdir(), 'streams-'));
const file = join(dir, 'log.txt');

async function write(label, chunks, options) {
  const stream = createWriteStream(file, options);
  try {
    for (const chunk of chunks) stream.write(chunk);
    stream.end();
    await finished(stream);
    console.log(`${label}: ${stream.bytesWritten} bytes written, file holds ${JSON.stringify(readFileSync(file, 'utf8'))}`);
  } catch (error) {
    console.log(`${label}: error ${error.code}, file holds ${JSON.stringify(readFileSync(file, 'utf8'))}`);
  }
}

await write('new', ['one ', 'two ', 'three\n'], {});
await write('append', ['four\n'], { flags: 'a' });
await write('at an offset', ['TWO'], { flags: 'r+', start: 4 });
await write('only if new', ['lost?'], { flags: 'wx' });
await write('overwrite', ['Ångström\n'], { flags: 'w' });
rmSync(dir, { recursive: true });
