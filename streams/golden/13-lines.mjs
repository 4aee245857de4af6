// Lines: the same ones, wherever the chunk borders fall.
import { Readable } from 'node:stream';
import { createInterface } from 'node:readline';

const text = 'plain\r\nÅngström \u20ac 5\n\nemoji \u{1f980}\u{1f469}\u200d\u{1f680}\nlast without newline';
const bytes = Buffer.from(text);
function* chop(buffer, size) { for (let i = 0; i < buffer.length; i += size) yield buffer.subarray(i, i + size); }

async function lines(size) {
  const found = [];
  for await (const line of createInterface({ input: Readable.from(chop(bytes, size), { objectMode: false }), crlfDelay: Infinity })) found.push(line);
  return found;
}

const whole = await lines(bytes.length);
whole.forEach((line, i) => console.log(`line ${i + 1}: ${Buffer.byteLength(line)} bytes, ${[...line].length} characters, "${line}"`));
let same = 0;
for (let size = 1; size <= bytes.length; size++) if (JSON.stringify(await lines(size)) === JSON.stringify(whole)) same += 1;
console.log(`same lines for ${same} of ${bytes.length} chunk sizes`);
