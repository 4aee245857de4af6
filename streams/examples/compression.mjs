// Transform: gzip, zlib and raw deflate, and what is the same whichever library compresses.
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import zlib from 'node:zlib';

const through = (bytes, stage) => buffer(Readable.from([bytes]).pipe(stage));
const input = Buffer.from('the quick brown fox jumps over the lazy dog\n'.repeat(5000));
console.log(`input: ${input.length} bytes`);

for (const level of [0, 1, 6, 9]) {
  const packed = await through(input, zlib.createGzip({ level }));
  const back = await through(packed, zlib.createGunzip());
  const fifth = packed.length * 5 < input.length;
  console.log(`gzip ${level}: magic ${packed.toString('hex', 0, 3)}, under a fifth ${fifth}`);
  console.log(`  size ${packed.readUInt32LE(packed.length - 4)}, same ${back.equals(input)}`);
}

const packed = await through(input, zlib.createDeflate());
const back = await through(packed, zlib.createInflate());
const divisible = packed.readUInt16BE() % 31 === 0;
console.log(`zlib: divisible by 31 ${divisible}, same ${back.equals(input)}`);

const raw = await through(input, zlib.createDeflateRaw());
const same = (await through(raw, zlib.createInflateRaw())).equals(input);
console.log(`raw: ${packed.length - raw.length} bytes less than zlib, same ${same}`);

console.log(`empty: ${zlib.gzipSync('').length} bytes`);
