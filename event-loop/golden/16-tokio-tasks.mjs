// Many things on one thread that take turns: async functions.
import { setImmediate as turn } from 'node:timers/promises';

const steps = [];
async function worker(name) {
  for (let step = 1; step <= 3; step++) {
    steps.push(name);
    await turn();
  }
  return name;
}

const workers = ['a', 'b', 'c'].map(worker);
console.log('started in order:', steps.join(' '));
console.log('done:', (await Promise.all(workers)).join(' '));
for (let round = 0; round < 3; round++) {
  console.log('round', round + 1, 'of everybody:', steps.slice(round * 3, round * 3 + 3).sort().join(' '));
}
