// Waiting, waiting for the first of several, and giving up in time.
import { setTimeout as sleep } from 'node:timers/promises';

await Promise.all([
  sleep(60).then(() => console.log('60 ms')),
  sleep(20).then(() => console.log('20 ms')),
  sleep(40).then(() => console.log('40 ms')),
]);

console.log('first:', await Promise.race([sleep(60, 'slow'), sleep(20, 'fast')]));

const never = new Promise(() => {});
const first = await Promise.race([never, sleep(20, 'timed out')]);
console.log(first);
