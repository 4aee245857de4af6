// Timers wait in one list per duration. A list that is due runs as far as it is due.
import { setTimeout as sleep } from 'node:timers/promises';
const busy = (ms) => { const t = performance.now(); while (performance.now() - t < ms); };
const set = (name, ms) => setTimeout(() => console.log(' ', name), ms);

console.log('set e0 b5 f1 a20 g1.9 d5 c20, all overdue');
set('e0', 0);
set('b5', 5);
set('f1', 1);
set('a20', 20);
set('g1.9', 1.9);
set('d5', 5);
set('c20', 20);
busy(40);
await sleep(20);

console.log('deadlines: p10 at 10, q5 at 13, r10 at 22, all overdue');
set('p10', 10);
busy(8);
set('q5', 5);
busy(4);
set('r10', 10);
busy(40);
await sleep(20);

console.log('a timer that a timer sets waits for the next iteration, even if overdue');
setTimeout(() => {
  console.log('  first');
  set('nested', 1);
  busy(5);
}, 1);
set('second', 1);
busy(5);
