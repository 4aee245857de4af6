// PassThrough: looking at the bytes that flow by, for a progress bar or a checksum.
import { Readable, Transform } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { crc32 } from 'node:zlib';

const chunks = Array.from({ length: 16 }, (_, i) => Buffer.alloc(1000, i));

let bytes = 0;
let check = 0;
const counter = new Transform({
  transform(chunk, _encoding, done) {
    bytes += chunk.length;
    check = crc32(chunk, check);
    if (bytes % 4000 === 0) console.log(`${bytes / 160} % after ${bytes} bytes`);
    done(null, chunk);
  },
});
const arrived = await buffer(Readable.from(chunks).compose(counter));
console.log(`counted ${bytes}, arrived ${arrived.length}, crc32 ${check.toString(16)}`);
