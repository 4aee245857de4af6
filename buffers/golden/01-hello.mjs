// The classic opening: a buffer prints as hex, is indexable, and stores bytes modulo 256.
import { Buffer } from 'node:buffer';
const data = Buffer.from('Hello');
console.log(data);
console.log(`length=${data.length} first=0x${data[0].toString(16)} last=${data[data.length - 1]}`);
data[0] = 0x68;
console.log(data, data.toString());
data[1] = 0x165; data[2] = -2; data[3] = 108.9;
console.log(data);
data[9] = 1;                                   // outside: ignored
console.log(`data[9]=${data[9]} length=${data.length}`);
console.log([...data].join(','));
for (const [i, b] of data.entries()) console.log(`${i}: ${b.toString(2).padStart(8, '0')}`);
console.log(Buffer.alloc(4), Buffer.alloc(4, 0x2a), Buffer.alloc(7, 'na'), Buffer.alloc(0));
console.log(Buffer.of(1, 2, 300), Buffer.from([0.5, '7', 'x', -1]));
