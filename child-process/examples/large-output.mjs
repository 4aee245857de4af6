import { exec } from 'node:child_process';
import { promisify } from 'node:util';

for (const line of [
  'seq 1 40000; seq 1 50000 >&2',
  'seq 1 50000 >&2; seq 1 40000',
  'seq 1 40000 & seq 1 50000 >&2; wait',
]) {
  const { stdout, stderr } = await promisify(exec)(line);
  console.log(`${line}: stdout ${stdout.length} bytes, stderr ${stderr.length} bytes`);
  const last = (text) => text.trim().split('\n').at(-1);
  console.log(`  last lines ${last(stdout)} and ${last(stderr)}`);
}
