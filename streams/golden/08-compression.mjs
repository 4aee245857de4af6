// Transform as a compressor: what must be the same whatever deflate implementation is behind it.
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { crc32, createDeflate, createDeflateRaw, createGunzip, createGzip, createInflate, createInflateRaw } from 'node:zlib';

const hex = (n) => n.toString(16).padStart(8, '0');
const lines = Array.from({ length: 5000 }, (_, i) => `${i}: the quick brown fox jumps over the lazy dog\n`);
const input = Buffer.from(lines.join(''));
function* chop(buffer, size) { for (let i = 0; i < buffer.length; i += size) yield buffer.subarray(i, i + size); }
const through = (chunks, ...steps) =>
  pipeline(Readable.from(chunks, { objectMode: false }), ...steps, async (s) => { const all = []; for await (const c of s) all.push(c); return Buffer.concat(all); });

console.log(`input ${input.length} bytes crc32 ${hex(crc32(input))}`);
for (const level of [0, 1, 6, 9]) {
  const packed = await through(chop(input, 10_000), createGzip({ level }));
  const back = await through(chop(packed, 777), createGunzip());
  const ratio = packed.length / input.length;
  console.log(`gzip level ${level}: magic ${packed.subarray(0, 3).toString('hex')} flags ${packed[3]} stored crc32 ${hex(packed.readUInt32LE(packed.length - 8))} stored size ${packed.readUInt32LE(packed.length - 4)} ${level === 0 ? (ratio > 1 ? 'larger' : 'smaller') : ratio < 0.2 ? 'under a fifth' : 'over a fifth'} same ${back.equals(input)}`);
}
const zlib = await through([input], createDeflate());
console.log(`zlib: method ${zlib[0] & 15} window ${1 << ((zlib[0] >> 4) + 8)} header divisible by 31 ${zlib.readUInt16BE(0) % 31 === 0} same ${(await through([zlib], createInflate())).equals(input)}`);
const raw = await through([input], createDeflateRaw());
console.log(`raw: six bytes less than zlib ${zlib.length - raw.length === 6} same ${(await through([raw], createInflateRaw())).equals(input)}`);

const empty = await through([], createGzip());
console.log(`empty: ${empty.length} bytes, back to ${(await through([empty], createGunzip())).length}`);
