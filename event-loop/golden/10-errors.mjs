// Errors that nobody caught, and promises that fail while nobody looks.
import { setTimeout as sleep } from 'node:timers/promises';

process.on('uncaughtException', (error) => console.log('uncaught:', error.message));
process.on('unhandledRejection', (error) => console.log('unhandled:', error.message));
process.on('rejectionHandled', () => console.log('handled after all'));

setTimeout(() => { throw new Error('from a timer'); }, 1);
setTimeout(() => console.log('the next timer runs as if nothing had been'), 1);
await sleep(30);

// In time: anywhere in the same drain.
const early = Promise.reject(new Error('caught in time'));
process.nextTick(async () => { try { await early; } catch (error) { console.log(error.message); } });
await sleep(30);

// Too late: reported first, and again when somebody asks.
const late = Promise.reject(new Error('nobody asked'));
await sleep(30);
try { await late; } catch (error) { console.log('asked:', error.message); }
await sleep(30);

queueMicrotask(() => { throw new Error('from a microtask'); });
queueMicrotask(() => console.log('the next microtask runs'));
