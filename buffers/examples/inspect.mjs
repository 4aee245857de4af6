// What console.log prints: the first 50 bytes, or INSPECT_MAX_BYTES; and JSON.
import buffer, { Buffer } from 'node:buffer';

for (const length of [0, 1, 50, 51, 75]) console.log(Buffer.alloc(length, 0x2a));

const data = Buffer.from('json');
for (const max of [0, 3, 4]) {
  buffer.INSPECT_MAX_BYTES = max;
  console.log(data);
}
console.log(JSON.stringify(data), JSON.stringify(Buffer.alloc(0)));
console.log(Buffer.from(JSON.parse('{"type":"Buffer","data":[104,105]}')).toString());
