// Errors that were not caught, and promises that fail before anything awaits them.
import { setTimeout as sleep } from 'node:timers/promises';

process.on('uncaughtException', (error) => console.log('uncaught:', error.message));
process.on('unhandledRejection', (error) => console.log('unhandled:', error.message));
process.on('rejectionHandled', () => console.log('handled after all'));

setTimeout(() => { throw new Error('from a timer'); }, 1);
setTimeout(() => console.log('the next timer runs as usual'), 1);
await sleep(1);

// In time: anywhere in the same drain.
const early = Promise.reject(new Error('caught in time'));
process.nextTick(() => early.catch((error) => console.log(error.message)));
await sleep(1);

// Too late: reported first, and again when it is handled.
const late = Promise.reject(new Error('not awaited'));
await sleep(1);
await late.catch((error) => console.log('awaited:', error.message));
await sleep(1);

queueMicrotask(() => { throw new Error('from a microtask'); });
queueMicrotask(() => console.log('the next microtask runs'));
