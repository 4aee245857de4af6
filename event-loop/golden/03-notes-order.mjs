// console.log, promises, setImmediate, setTimeout: in this order, where the order is certain.
import { readFile } from 'node:fs';

// From the main program: certain if the timeout has a real delay. With 0 ms it is a race with the immediate.
const main = new Promise((done) => {
  setTimeout(() => done(console.log('main: setTimeout')), 50);
  setImmediate(() => console.log('main: setImmediate'));
  Promise.resolve().then(() => console.log('main: promise'));
  console.log('main: console.log');
});
await main;

// In the callback of a file: certain even with 0 ms, since the check phase follows.
readFile(new URL(import.meta.url), () => {
  setTimeout(() => console.log('file: setTimeout, 0 ms'), 0);
  setImmediate(() => console.log('file: setImmediate'));
  Promise.resolve().then(() => console.log('file: promise'));
  console.log('file: console.log');
});
