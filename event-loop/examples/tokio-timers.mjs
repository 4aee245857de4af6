// Waiting, waiting for the first of several, and giving up in time.
import { setTimeout as sleep } from 'node:timers/promises';

await Promise.all([1, 20, 40].map(async (ms) => {
  await sleep(ms);
  console.log(ms, 'ms');
}));

const never = new Promise(() => {});
console.log('first:', await Promise.race([never, sleep(20, 'a timer')]));

const limit = AbortSignal.timeout(20);
await sleep(10_000, null, { signal: limit }).catch(() => console.log('timed out'));
