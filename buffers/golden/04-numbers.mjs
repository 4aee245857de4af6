// A small wire header written and read back in both byte orders, 1 to 8 bytes, ints and floats.
import { Buffer } from 'node:buffer';
const h = Buffer.alloc(32);
let o = 0;
o = h.writeUInt16BE(0xcafe, o);
o = h.writeUInt8(7, o);
o = h.writeInt8(-7, o);
o = h.writeUInt32LE(3_000_000_000, o);
o = h.writeIntBE(-1_234_567, o, 3);
o = h.writeUIntLE(0x0a0b0c0d0e, o, 5);
o = h.writeBigInt64BE(-9_000_000_000n, o);
o = h.writeFloatLE(0.15625, o);
console.log('written', o, h);
console.log(h.readUInt16BE(0), h.readUInt16LE(0), h.readUInt8(2), h.readInt8(3));
console.log(h.readUInt32LE(4), h.readUInt32BE(4), h.readInt32LE(4));
console.log(h.readIntBE(8, 3), h.readUIntLE(11, 5), h.readIntLE(11, 5));
console.log(String(h.readBigInt64BE(16)), String(h.readBigUInt64BE(16)), String(h.readBigUInt64LE(16)));
console.log(h.readFloatLE(24));
const d = Buffer.alloc(8);
for (const v of [0, -0, 1, -2.5, Infinity, NaN]) { d.writeDoubleBE(v); console.log(Object.is(v, -0) ? '-0' : String(v), d.toString('hex')); }
for (let n = 1; n <= 6; n++) { const b = Buffer.alloc(n); b.writeUIntBE(2 ** (8 * n) - 2, 0, n); console.log(n, b, b.readUIntBE(0, n), b.readIntBE(0, n), b.readUIntLE(0, n), b.readIntLE(0, n)); }
const f = Buffer.alloc(4); for (const v of [1 / 3, 16777217, 1e39]) { f.writeFloatBE(v); console.log(f.toString('hex'), f.readFloatBE()); }
