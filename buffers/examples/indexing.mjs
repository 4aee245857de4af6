// A buffer stores numbers modulo 256, ignores writes outside, and iterates as bytes.
import { Buffer } from 'node:buffer';

const data = Buffer.from('Hello');
console.log(data.length, data[0], data.at(-1));

data[1] = 0x165;
data[2] = -2;
data[3] = 108.9;
console.log(data);

data[9] = 1; // ignored
console.log(data[9] === undefined, data.length);

for (const [index, byte] of data.entries()) console.log(index, byte);

console.log(Buffer.alloc(4), Buffer.alloc(4, 0x2a), Buffer.alloc(7, 'na'), Buffer.alloc(0));
console.log(Buffer.of(1, 2, 255), Buffer.from([1, 2, 300]), Buffer.from([0, 7, -1]));
