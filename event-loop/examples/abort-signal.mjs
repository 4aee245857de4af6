// Giving up: a signal ends a wait, its listeners are called at once, and the first call counts.
import { setTimeout as sleep } from 'node:timers/promises';

const controller = new AbortController();
const { signal } = controller;
signal.addEventListener('abort', () => console.log('listener'));

const nap = sleep(10_000, null, { signal });
const woken = nap.catch((error) => console.log(`nap: ${error.message} / ${error.cause}`));
controller.abort('no time');
console.log('aborted:', signal.aborted);
controller.abort('once more');
await woken;

try {
  signal.throwIfAborted();
} catch (reason) {
  console.log('given already:', reason);
}
const limit = AbortSignal.any([AbortSignal.timeout(5), new AbortController().signal]);
await sleep(10_000, null, { signal: limit }).catch(() => console.log(limit.reason.message));
