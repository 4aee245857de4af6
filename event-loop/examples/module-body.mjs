// The body of a module is a microtask: there, promises come before ticks.
import { setTimeout as sleep } from 'node:timers/promises';

process.on('exit', (code) => console.log('exit', code));
process.nextTick(() => console.log('tick'));
queueMicrotask(() => {
  console.log('micro 1');
  queueMicrotask(() => console.log('micro 2'));
});
console.log('main begins');
await null;
console.log('main after a settled promise');
await sleep(5);
console.log('main after sleep'); // again a microtask, of the timer's callback
process.nextTick(() => console.log('tick 2'));
queueMicrotask(() => console.log('micro 3'));
await null;
console.log('main ends');
