// An interval as something to iterate over: what passes while the body is busy elsewhere is counted, not lost.
import { setInterval, setTimeout as sleep } from 'node:timers/promises';

let n = 0;
let waited = true;
for await (const _ of setInterval(40)) {
  console.log(`item ${++n}: ${waited ? 'waited for' : 'was there already'}`);
  if (n === 2) await sleep(100); // two more pass
  if (n === 6) break;
  waited = false;
  setImmediate(() => { waited = true; });
}
console.log('the timer is cleared');
