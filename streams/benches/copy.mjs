// The peer of `streams copy`: Node's own pipeline.
import { createReadStream, createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';

const [input, output] = process.argv.slice(2);
await pipeline(createReadStream(input), createWriteStream(output));
