// A value that belongs to a request, wherever its code goes on.
import { AsyncLocalStorage } from 'node:async_hooks';
import { setImmediate as turn } from 'node:timers/promises';

const request = new AsyncLocalStorage();
const log = (text) => console.log(`[${request.getStore()}] ${text}`);

async function handle() {
  log('begins');
  await turn();
  log('goes on');
}

await Promise.all([request.run('a', handle), request.run('b', handle)]);
console.log('outside:', request.getStore() ?? 'nothing');
