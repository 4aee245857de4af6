// The body of a module is a microtask: there promises come before ticks. In every callback it is the other way round.
import { setTimeout as sleep } from 'node:timers/promises';

console.log('main start');
process.nextTick(() => console.log('tick'));
queueMicrotask(() => {
  console.log('micro 1');
  queueMicrotask(() => console.log('micro 2'));
});
await null;
console.log('main after a settled promise');
await sleep(5);
console.log('main after sleep'); // a microtask again, of the timer's callback
process.nextTick(() => console.log('tick 2'));
queueMicrotask(() => console.log('micro 3'));
await null;
console.log('main end');
process.on('exit', (code) => console.log('exit', code));
