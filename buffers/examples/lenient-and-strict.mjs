// Node never refuses bad input: hex stops, base64 skips, bad UTF-8 becomes U+FFFD.
import { Buffer } from 'node:buffer';

for (const text of ['deadbeef', 'DEADbeef', 'dead beef', 'dexdbeef', '0xde', 'h', '']) {
  const bad = text.search(/[^0-9a-f]/i); // Node itself does not say
  console.log(Buffer.from(text, 'hex'), bad);
}

for (const text of ['cm9ja2V0', 'cm9j\na2V0\n', 'cm9j!a2V0', 'cm9j=a2V0', '-_-_', '+_-/']) {
  const bad = text.search(/[^A-Za-z0-9+/]/);
  console.log(Buffer.from(text, 'base64'), bad);
}
console.log(Buffer.from('+/+/', 'base64url'), Buffer.from('cm9ja', 'base64'));

for (const hex of ['61ff62', 'c3a9', 'e38141', 'eda080', 'f09fa680', 'f09fa6', 'c0af']) {
  const text = Buffer.from(hex, 'hex').toString();
  console.log(text, !text.includes('\ufffd'));
}
const bytes = Buffer.from([0xc1, 0xe2, 0xf3]);
console.log(bytes.toString('ascii'), bytes.toString('latin1'));
console.log(Buffer.from('A\0B\0C').toString('utf16le'));
