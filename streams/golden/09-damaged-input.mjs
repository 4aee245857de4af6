// Decompression: members that follow one another, and what is said of damaged input.
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';

function* chop(buffer, size) { for (let i = 0; i < buffer.length; i += size) yield buffer.subarray(i, i + size); }
const through = (chunks, step) =>
  pipeline(Readable.from(chunks, { objectMode: false }), step, async (s) => { const all = []; for await (const c of s) all.push(c); return Buffer.concat(all); });

const one = await through(['hello '], createGzip()), two = await through(['world'], createGzip());
for (const size of [1, 5, 1000]) console.log(`two members in chunks of ${size}: ${await through(chop(Buffer.concat([one, two]), size), createGunzip())}`);
const verdict = async (label, buffer) => {
  try { await through([buffer], createGunzip()); console.log(`${label}: ok`); }
  catch (e) { console.log(`${label}: ${e.code === 'Z_BUF_ERROR' ? 'truncated' : e.code === 'Z_DATA_ERROR' ? 'corrupt' : e.code}`); }
};
const flip = (buffer, at) => { const copy = Buffer.from(buffer); copy[at < 0 ? copy.length + at : at] ^= 1; return copy; };
await verdict('good', one);
await verdict('no trailer', one.subarray(0, -8));
await verdict('half of it', one.subarray(0, one.length >> 1));
await verdict('wrong crc32', flip(one, -8));
await verdict('wrong size', flip(one, -4));
await verdict('wrong magic', flip(one, 0));
await verdict('not gzip', Buffer.from('plain text'));
await verdict('padded with zeros', Buffer.concat([one, Buffer.alloc(512)]));
