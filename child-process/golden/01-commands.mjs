// The lines of the notes: ls, cd, mkdir, touch, and a script, in a folder that is removed afterwards.
import { exec } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(exec);
const dir = mkdtempSync(join(tmpdir(), 'notes-'));
try {
  await run('mkdir folder_name', { cwd: dir });
  await run('touch index.js', { cwd: dir });
  console.log(`ls: ${(await run('ls', { cwd: dir })).stdout.trim().split('\n').join(' ')}`);

  // Each exec is a shell of its own: a `cd` ends with it.
  console.log(`cd and more: ${(await run('cd folder_name && basename "$PWD"', { cwd: dir })).stdout.trim()}`);
  await run('cd folder_name', { cwd: dir });
  console.log(`after a cd of its own: ${(await run('ls', { cwd: dir })).stdout.trim().split('\n').length} entries`);
  console.log(`cwd instead: ${(await run('basename "$PWD"', { cwd: join(dir, 'folder_name') })).stdout.trim()}`);

  await run("printf 'for name in \"$@\"; do echo \"hello $name\"; done' > greet.sh", { cwd: dir });
  console.log(`script: ${(await run('sh greet.sh Ada Grace', { cwd: dir })).stdout.trim().split('\n').join(', ')}`);
} finally {
  rmSync(dir, { recursive: true });
}
