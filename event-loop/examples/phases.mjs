// The iteration, seen from a poll callback: poll, check, timers, and round again.
import { readdir } from 'node:fs';
const busy = (ms) => { const t = performance.now(); while (performance.now() - t < ms); };

readdir('.', () => {
  console.log('poll: file read');
  setTimeout(() => {
    console.log('timers: timeout, due before the check phase');
    setImmediate(() => {
      console.log('check: immediate from the timer');
      busy(2); // so that the nested timeout is due in this iteration, on any machine
    });
    setTimeout(() => console.log('timers: nested timeout, next time round'), 0);
    process.nextTick(() => console.log('  tick after the timer'));
  }, 0);
  setImmediate(() => {
    console.log('check: immediate 1');
    setImmediate(() => console.log('check: nested immediate, next time round'));
    queueMicrotask(() => console.log('  micro after immediate 1'));
  });
  setImmediate(() => console.log('check: immediate 2'));
  process.nextTick(() => console.log('  tick after the poll callback'));
  busy(6);
});
