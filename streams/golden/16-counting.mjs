// A PassThrough with eyes: looking at what flows by, for a progress bar or a checksum.
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { crc32 } from 'node:zlib';

const total = 1_000_000;
function* chunks() { for (let i = 0; i < 16; i++) yield Buffer.alloc(total / 16, i); }

let bytes = 0, next = 25, check = 0;
const counter = new Transform({
  transform(chunk, _encoding, done) {
    bytes += chunk.length;
    check = crc32(chunk, check);
    for (; bytes * 100 >= next * total; next += 25) console.log(`${next} % after ${bytes} bytes`);
    done(null, chunk);
  },
});
let arrived = 0;
await pipeline(Readable.from(chunks()), counter, async (source) => { for await (const chunk of source) arrived += chunk.length; });
console.log(`counted ${bytes}, arrived ${arrived}, crc32 ${check.toString(16).padStart(8, '0')}`);
