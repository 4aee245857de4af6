// Writable: write() says whether to go on, and 'drain' comes when the queue is empty again.
import { once } from 'node:events';
import { Writable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';

const taken = [];
const hold = (_chunk, _encoding, done) => taken.push(done);
const sink = new Writable({ highWaterMark: 10, write: hold });
for (const text of ['aaaa', 'bbbb', 'cccc', 'dddd']) {
  const status = sink.write(text) ? 'Ready' : 'Full';
  console.log(`write ${text}: ${status}, queued ${sink.writableLength}`);
}
const drain = once(sink, 'drain');
while (sink.writableLength > 0) {
  taken.shift()();
  console.log(`taken, queued ${sink.writableLength}`);
  await setImmediate();
}
await drain;
console.log('drain');

// A producer that waits for 'drain' never queues more than the mark.
const write = (_chunk, _encoding, done) => setImmediate().then(done);
const slow = new Writable({ highWaterMark: 64, write });
let peak = 0;
let pauses = 0;
for (let i = 0; i < 100; i++) {
  if (!slow.write(Buffer.alloc(16))) {
    peak = Math.max(peak, slow.writableLength);
    pauses += 1;
    await once(slow, 'drain');
  }
}
console.log(`${pauses} pauses, at most ${peak} bytes queued`);
