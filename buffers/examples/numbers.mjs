// A small header is written and read back: 1 to 8 bytes, both byte orders, integers and floats.
import { Buffer } from 'node:buffer';

const header = Buffer.alloc(32);
let end = header.writeUInt16BE(0xcafe, 0);
end = header.writeUInt8(7, end);
end = header.writeInt8(-7, end);
end = header.writeUInt32LE(3_000_000_000, end);
end = header.writeIntBE(-1_234_567, end, 3);
end = header.writeUIntLE(0x0a0b0c0d0e, end, 5);
end = header.writeBigInt64BE(-9_000_000_000n, end);
end = header.writeFloatLE(0.15625, end);
console.log(end, header);

console.log(header.readUInt16BE(0), header.readUInt16LE(0), header.readInt8(3));
console.log(header.readUInt32LE(4), header.readInt32LE(4), header.readFloatLE(24));
console.log(header.readIntBE(8, 3), header.readUIntLE(11, 5), header.readIntLE(11, 5));
console.log(String(header.readBigInt64BE(16)), String(header.readBigUInt64LE(16)));

for (const number of [0, -0, 1, -2.5, Infinity, NaN]) {
  header.writeDoubleBE(number, 0);
  console.log(header.toString('hex', 0, 8));
}
for (const number of [1 / 3, 16777217]) {
  header.writeFloatBE(number, 0);
  console.log(header.readFloatBE(0)); // 32 bits are less
}
for (let width = 1; width <= 6; width++) {
  header.writeUIntBE(2 ** (8 * width) - 2, 0, width);
  console.log(header.readUIntLE(0, width), header.readIntBE(0, width));
}
