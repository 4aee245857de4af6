// Telling several listeners, and waiting for one event.
import { EventEmitter, once } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';

const emitter = new EventEmitter();
for (const name of ['first', 'second']) {
  emitter.on('line', (text) => console.log(`${name}: ${text}`));
}
for (const text of ['hello', 'world']) {
  emitter.emit('line', text);
  await turn();
}

const closed = once(emitter, 'close');
setImmediate(() => emitter.emit('close'));
await closed;
console.log('closed');
