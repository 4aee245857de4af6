// Giving up: a signal ends a wait, its listeners are called at once, and only the first call counts.
import { setTimeout as sleep } from 'node:timers/promises';

const controller = new AbortController();
const { signal } = controller;
signal.addEventListener('abort', () => console.log('listener 1'));
signal.addEventListener('abort', () => console.log('listener 2'));

const nap = sleep(10_000, undefined, { signal }).catch((error) => console.log('nap:', error.message, '/', error.cause));
console.log('aborted', signal.aborted);
controller.abort('no time');
console.log('aborted', signal.aborted);
controller.abort('once more');
await nap;

await sleep(10_000, undefined, { signal }).catch((error) => console.log('already given:', error.cause));

const deadline = AbortSignal.timeout(20);
await sleep(10_000, undefined, { signal: deadline }).catch(() => console.log('timed out', deadline.aborted));
console.log('a signal that nobody gives changes nothing:', await sleep(1, 'slept', { signal: new AbortController().signal }));
