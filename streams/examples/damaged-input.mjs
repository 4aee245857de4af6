// Decompression: members that follow one another, and the verdict on damaged input.
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { createGunzip, gzipSync } from 'node:zlib';

function* chop(bytes, size) {
  for (let i = 0; i < bytes.length; i += size) yield bytes.subarray(i, i + size);
}
const gunzip = (bytes, size) => pipeline(chop(bytes, size), createGunzip(), text);

const one = gzipSync('hello ');
const both = Buffer.concat([one, gzipSync('world')]);
for (const size of [1, 5, 1000]) console.log(`chunks of ${size}: ${await gunzip(both, size)}`);

async function verdict(label, bytes) {
  const words = { Z_BUF_ERROR: 'truncated', Z_DATA_ERROR: 'corrupt' };
  const word = await gunzip(bytes, 1000).then(() => 'ok', (error) => words[error.code]);
  console.log(`${label}: ${word}`);
}
const flip = (at) => one.map((byte, i) => (i === at ? byte ^ 1 : byte));
await verdict('good', one);
await verdict('no trailer', one.subarray(0, -8));
await verdict('half of it', one.subarray(0, one.length / 2));
await verdict('wrong crc32', flip(one.length - 8));
await verdict('wrong size', flip(one.length - 4));
await verdict('wrong magic', flip(0));
await verdict('not gzip', Buffer.from('plain text'));
await verdict('padded with zeros', Buffer.concat([one, Buffer.alloc(512)]));
