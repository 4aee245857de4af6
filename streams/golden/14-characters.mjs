// Characters that are cut by chunk borders: decoding with a memory, and without one.
import { StringDecoder } from 'node:string_decoder';

function* chop(buffer, size) { for (let i = 0; i < buffer.length; i += size) yield buffer.subarray(i, i + size); }

const crab = Buffer.from('\u{1f980}');
const decoder = new StringDecoder('utf8');
console.log(`with memory: ${[...chop(crab, 1)].map((c) => JSON.stringify(decoder.write(c))).join(' ')} end ${JSON.stringify(decoder.end())}`);
console.log(`without memory: ${[...chop(crab, 2)].map((c) => c.toString()).join('').length > 2 ? 'broken' : 'whole'}`);
const cut = new StringDecoder('utf8');
console.log(`cut at the end: ${JSON.stringify(cut.write(crab.subarray(0, 3)))} end ${JSON.stringify(cut.end())}`);
const bad = new StringDecoder('utf8');
console.log(`bad byte: ${JSON.stringify(bad.write(Buffer.from([0x61, 0xff, 0x62])) + bad.end())}`);
