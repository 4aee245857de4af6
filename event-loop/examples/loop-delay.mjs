// How long the loop keeps its callbacks waiting: what monitorEventLoopDelay of perf_hooks measures.
import { setTimeout as sleep } from 'node:timers/promises';

async function delay() {
  const set = performance.now();
  await sleep(1);
  return performance.now() - set - 1;
}

const delayed = delay();
const blocked = performance.now();
while (performance.now() - blocked < 50);
console.log('blocked for 50 ms, late by 45 or more:', await delayed >= 45);
