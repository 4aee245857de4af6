// subarray shares memory, a copy does not.
import { Buffer } from 'node:buffer';

const base = Buffer.from('abcdefghij');
const copy = Buffer.from(base);
base.subarray(2, 6)[0] = 0x43;
base.subarray(-4).write('ZZ', 1);
console.log(String(base), String(copy));

for (const [start, end] of [[0, 3], [-3], [3, -3], [-3, -1], [7, 2], [4, 400], [-400, 2]]) {
  console.log(base.subarray(start, end).toString());
}
const left = base.subarray(0, 5), right = base.subarray(5);
left.fill('L');
right.fill('R');
console.log(String(base));

const target = Buffer.alloc(8, '.');
console.log(copy.copy(target, 1, 2, 5), String(target));
console.log(copy.copy(target, 6), String(target));
console.log(copy.copy(target, 99), copy.copy(target, 0, 5, 5)); // outside, and empty

copy.copy(copy, 3, 0, 6); // overlapping
console.log(String(copy));
console.log(Buffer.from(new Uint16Array([258, 772])), Buffer.from(new Uint16Array([258]).buffer));
