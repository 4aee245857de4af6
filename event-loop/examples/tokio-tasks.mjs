// Many things on one thread that take turns: async functions.
import { setImmediate as turn } from 'node:timers/promises';

async function worker(name) {
  console.log(name, 'starts');
  for (let n = 1; n <= 3; n++) await turn();
  return name;
}

const workers = ['a', 'b', 'c'].map(worker);
console.log('all have started');
console.log('done:', (await Promise.all(workers)).join(' '));
