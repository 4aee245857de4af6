// What benches/spawn.rs does: execFile('/bin/true') from a small and from a large parent.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);
const [times, mib] = [Number(process.argv[2] ?? 200), Number(process.argv[3] ?? 2048)];

async function rate(count) {
  const began = process.hrtime.bigint();
  for (let n = 0; n < count; n++) await run('/bin/true');
  return count / (Number(process.hrtime.bigint() - began) / 1e9);
}

console.log('small parent', (await rate(times)).toFixed(1));
const resident = Buffer.alloc(mib * 1024 * 1024, 1);
// It takes long enough for fewer to do.
console.log('large parent', (await rate(Math.ceil(times / 10))).toFixed(1));
if (resident[0] !== 1) throw new Error('gone');
