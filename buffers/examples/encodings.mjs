// One text through every encoding, both ways, and encodings by name.
import { Buffer, isAscii, isUtf8 } from 'node:buffer';

for (const text of ['grape', 'naïve', '東京', '🌻']) {
  for (const encoding of ['utf8', 'utf16le', 'latin1', 'ascii']) {
    const bytes = Buffer.from(text, encoding);
    console.log(encoding, Buffer.byteLength(text, encoding), bytes, bytes.toString(encoding));
  }
}

const bytes = Buffer.from([0x6b, 0x67, 0xfb, 0xac]);
for (const encoding of ['utf8', 'utf16le', 'latin1', 'ascii', 'hex', 'base64', 'base64url']) {
  console.log(encoding, bytes.toString(encoding));
}

for (const name of ['UTF-8', 'ucs2', 'UCS-2', 'binary', 'Base64URL', 'utf-16', 'cp437', '']) {
  console.log(name, Buffer.isEncoding(name));
}
console.log(isUtf8(bytes), isAscii(bytes), isUtf8(Buffer.from('東')), isAscii(Buffer.from('a')));
console.log(Buffer.from('\ud800x').toString('hex')); // half a surrogate pair
