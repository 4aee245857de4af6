// The four lines of the course notes, in the notes' order.
import { readdir } from 'node:fs';

readdir('.', () => {
  setTimeout(() => console.log('4. setTimeout()'), 0);
  setImmediate(() => console.log('3. setImmediate()'));
  Promise.resolve().then(() => console.log('2. Promises'));
  console.log('1. console.log');
});
