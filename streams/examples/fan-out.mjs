// One source, two destinations: the slowest sets the pace, and nothing is lost.
import { Readable, Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { setImmediate } from 'node:timers/promises';

const taken = { fast: [], slow: [] };
let lead = 0;
const fast = new Writable({ objectMode: true, highWaterMark: 1, write(n, _encoding, done) {
  taken.fast.push(n);
  lead = Math.max(lead, taken.fast.length - taken.slow.length);
  done();
} });
const slow = new Writable({ objectMode: true, highWaterMark: 1, async write(n, _encoding, done) {
  await setImmediate();
  taken.slow.push(n);
  done();
} });

const source = Readable.from([1, 2, 3, 4, 5]);
source.pipe(fast);
source.pipe(slow);
await Promise.all([finished(fast), finished(slow)]);
console.log(`fast: ${taken.fast.join(' ')}`);
console.log(`slow: ${taken.slow.join(' ')}`);
console.log(`the fast one was never more than ${lead} ahead`);
