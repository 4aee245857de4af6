// AbortSignal: a pipeline that is given up releases its source, its sink and what it waits for.
import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

const stop = new AbortController();
let released = false;
const taken = [];
function* endless() {
  try { for (let n = 1; ; n++) yield n; } finally { released = true; }
}
const sink = new Writable({
  objectMode: true,
  write(n, _encoding, done) {
    taken.push(n);
    if (n < 3) done();
    else stop.abort(); // and never done: the pipeline is stuck here
  },
});

try {
  await pipeline(Readable.from(endless()), sink, { signal: stop.signal });
} catch (error) {
  console.log(`aborted: ${error.name === 'AbortError'}, taken ${taken.join(' ')}`);
}
await new Promise(setImmediate);
console.log(`source released ${released}, sink destroyed ${sink.destroyed}`);

// A signal that has already come: nothing is taken at all.
const late = [];
const collect = new Writable({ objectMode: true, write(n, _encoding, done) { late.push(n); done(); } });
try {
  await pipeline(Readable.from([1, 2, 3]), collect, { signal: AbortSignal.abort() });
} catch (error) {
  console.log(`aborted before: ${error.name === 'AbortError'}, taken ${late.length}`);
}
