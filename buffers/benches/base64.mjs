// The peer of `buffers convert --to base64`: a Transform that keeps what is short of a group.
import { createReadStream, createWriteStream } from 'node:fs';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { StringDecoder } from 'node:string_decoder';

const [input, output] = process.argv.slice(2);
const decoder = new StringDecoder('base64');
const encode = new Transform({
  transform(chunk, _encoding, done) { done(null, decoder.write(chunk)); },
  flush(done) { done(null, decoder.end()); },
});
await pipeline(createReadStream(input), encode, createWriteStream(output));
