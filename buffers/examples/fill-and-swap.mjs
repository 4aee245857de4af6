// fill repeats a byte, bytes or a text; swap16, swap32 and swap64 reverse groups of bytes.
import { Buffer } from 'node:buffer';

const filled = (...args) => Buffer.alloc(9, '-').fill(...args);
console.log(String(filled('xyz')), String(filled('xy', 2)), String(filled('xy', 2, 7)));
console.log(filled('ü'), filled('ü', 'latin1'));
console.log(filled('ab', 'utf16le'), filled('beefx', 'hex'), filled('3q0=', 'base64'));
console.log(filled(0x41), filled(-3), filled(Buffer.from([1, 2])));
console.log(String(filled('x', 4, 4)), filled('', 1, 3));

for (const width of [16, 32, 64]) {
  console.log(Buffer.from('0001020304050607', 'hex')[`swap${width}`]());
}
console.log(Buffer.from('€1', 'utf16le').swap16()); // big endian
