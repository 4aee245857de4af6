// Lines: the same ones, wherever the chunk borders fall.
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';

const bytes = Buffer.from('plain\r\nÅngström € 5\n\nemoji 🦀👩‍🚀\nlast without newline');

async function lines(size) {
  const chunks = [];
  for (let i = 0; i < bytes.length; i += size) chunks.push(bytes.subarray(i, i + size));
  const found = [];
  for await (const line of createInterface({ input: Readable.from(chunks) })) found.push(line);
  return found;
}

const whole = await lines(bytes.length);
for (const line of whole) console.log(`${Buffer.byteLength(line)} bytes: ${JSON.stringify(line)}`);
let same = 0;
for (let size = 1; size <= bytes.length; size++) {
  if ((await lines(size)).join('\n') === whole.join('\n')) same += 1;
}
console.log(`same for ${same} of ${bytes.length} chunk sizes`);
