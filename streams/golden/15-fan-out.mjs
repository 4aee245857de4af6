// One source, two destinations: the slowest sets the pace, and nothing is lost.
import { Readable, Writable } from 'node:stream';
import { finished } from 'node:stream/promises';

const fast = [], slow = [];
let lead = 0;
const gates = [];
const quick = new Writable({ objectMode: true, highWaterMark: 1, write(n, _e, done) {
  fast.push(n);
  lead = Math.max(lead, fast.length - slow.length);
  done();
} });
const careful = new Writable({ objectMode: true, highWaterMark: 1, write(n, _e, done) {
  gates.push(() => { slow.push(n); done(); });
} });

const source = Readable.from([1, 2, 3, 4, 5]);
source.pipe(quick);
source.pipe(careful);
const both = Promise.all([finished(quick), finished(careful)]);
let open = true;
both.then(() => { open = false; });
while (open) {
  await new Promise(setImmediate);
  gates.shift()?.();
}
console.log(`fast: ${fast.join(' ')}`);
console.log(`slow: ${slow.join(' ')}`);
console.log(`the fast one was never more than ${lead} ahead`);
