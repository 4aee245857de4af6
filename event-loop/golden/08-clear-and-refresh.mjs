// Clearing and refreshing timers and immediates, from inside the phase that would have run them.
import { setTimeout as sleep } from 'node:timers/promises';
const busy = (ms) => { const t = performance.now(); while (performance.now() - t < ms); };

const never = setTimeout(() => console.log('never'), 20);
const late = setTimeout(() => console.log('t3, refreshed'), 20);
never.refresh();
late.refresh();
const t1 = setTimeout(() => { console.log('t1 clears another and refreshes t3'); clearTimeout(never); late.refresh(); }, 5);
setTimeout(() => console.log('t2'), 20);
await sleep(60);
t1.refresh(); // it has fired: set again
await sleep(60);
clearTimeout(t1);
t1.refresh(); // cleared after it had fired: nothing to run
clearTimeout(t1); // twice does no harm

setImmediate(() => { console.log('i1 clears i2, its tick clears i3'); clearImmediate(i2); process.nextTick(() => clearImmediate(i3)); });
const i2 = setImmediate(() => console.log('never'));
const i3 = setImmediate(() => console.log('never'));
setImmediate(() => console.log('i4'));
await sleep(30);

let n = 0;
const interval = setInterval(() => {
  console.log('interval', ++n);
  busy(5);
  if (n === 3) { clearInterval(interval); console.log('cleared'); }
}, 15);
