// The peer of `streams decompress`: Node's own pipeline.
import { createReadStream, createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';

const [input, output] = process.argv.slice(2);
await pipeline(createReadStream(input), createGunzip(), createWriteStream(output));
