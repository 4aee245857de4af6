// Blocking the loop, and how not to: a long computation in one go, in slices, and on another thread.
import { Worker } from 'node:worker_threads';
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
const slice = () => { const t = performance.now(); while (performance.now() - t < 10); };

console.log('in one go');
setTimeout(() => console.log('  a timer of 15 ms'), 15);
for (let n = 1; n <= 4; n++) {
  slice();
  console.log('  slice', n);
}
await sleep(30);

console.log('in slices, an immediate between them');
setTimeout(() => console.log('  a timer of 15 ms'), 15);
for (let n = 1; n <= 4; n++) {
  slice();
  console.log('  slice', n);
  await turn();
}
await sleep(30);

console.log('on another thread');
const work = 'let sum = 0; for (let n = 1; n <= 1000; n++) sum += n; require("worker_threads").parentPort.postMessage(sum)';
const sum = new Promise((done) => new Worker(work, { eval: true }).on('message', done));
console.log('  the loop is free');
console.log('  sum', await sum);
