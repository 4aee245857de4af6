// StringDecoder never cuts a character, wherever the chunks are cut.
import { Buffer } from 'node:buffer';
import { StringDecoder } from 'node:string_decoder';

function decode(encoding, ...chunks) {
  const decoder = new StringDecoder(encoding);
  for (const chunk of chunks) {
    const text = decoder.write(Buffer.from(chunk));
    console.log(`[${text}] lacks ${decoder.lastNeed} of ${decoder.lastTotal}`);
  }
  console.log(`[${decoder.end()}]`);
}

decode('utf8', [0xe2], [0x82, 0xb9, 0xf0, 0x9f], [0x8c], [0xbb, 0x6b]);
decode('utf8', [0x6b, 0xf0, 0x9f], [0x6b], [0xe2, 0x82]);
decode('utf8', [0xff, 0x80], [0x80, 0xed, 0xa0], [0x80]);
decode('utf16le', [0x6b], [0x00, 0x3c, 0xd8], [0x3b, 0xdf]);
decode('base64', 's', 'un', 'flower');
decode('base64url', [0xfb, 0xff], [0xfe, 0xfb]);
decode('hex', 'su', 'n');
decode('latin1', [0xe9], [0x41]);

const decoder = new StringDecoder('utf8');
let text = '';
for (const byte of Buffer.from('здравей 👋')) text += decoder.write(Buffer.of(byte));
console.log(text);
