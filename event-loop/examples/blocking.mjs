// Blocking the loop, and how not to: in one go, in slices, and on another thread.
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';

function slice(n) {
  const t = performance.now();
  while (performance.now() - t < 5);
  console.log('  slice', n);
}

console.log('in one go');
setTimeout(() => console.log('  a timer of 1 ms'), 1);
for (const n of [1, 2, 3]) slice(n);
await sleep(1);
await turn();

console.log('in slices, an immediate between them');
setTimeout(() => console.log('  a timer of 1 ms'), 1);
for (const n of [1, 2, 3]) {
  slice(n);
  await turn();
}

console.log('on another thread');
const code = `let sum = 0;
  for (let n = 1; n <= 1000; n++) sum += n;
  require('node:worker_threads').parentPort.postMessage(sum);`;
const worker = new Worker(code, { eval: true });
const sum = new Promise((done) => worker.on('message', done));
console.log('  the loop is free');
console.log('  sum', await sum);
