import { exec } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { promisify } from 'node:util';

const dir = mkdtempSync(`${tmpdir()}/notes-`);
const run = async (line) => {
  const { stdout } = await promisify(exec)(line, { cwd: dir });
  return stdout.trim().replaceAll('\n', ' ');
};

await run('mkdir folder_name');
await run('touch index.js');
console.log(`ls: ${await run('ls')}`);

// Each exec is a shell of its own: a `cd` ends with it.
console.log(`cd and more: ${await run('cd folder_name && basename "$PWD"')}`);
await run('cd folder_name');
console.log(`after a cd of its own: ${await run('ls')}`);

await run(`printf 'for name; do echo "hello $name"; done' > greet.sh`);
console.log(`script: ${await run('sh greet.sh Ada Grace')}`);
rmSync(dir, { recursive: true });
