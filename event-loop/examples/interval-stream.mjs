// An interval to iterate over: what passes while the body waits is counted, not lost.
import { setInterval, setTimeout as sleep } from 'node:timers/promises';

let n = 0;
let waited = true;
for await (const _ of setInterval(20)) {
  console.log(`item ${++n}: ${waited ? 'waited for' : 'was there already'}`);
  if (n === 2) {
    await sleep(20); // stands behind the interval in the same list:
    await sleep(20); // each time one item more has passed
  }
  if (n === 4) break;
  waited = false;
  setImmediate(() => { waited = true; });
}
console.log('the timer is cleared');
