// transcode goes from the bytes of one encoding to those of another.
import { Buffer, transcode } from 'node:buffer';

const text = Buffer.from('3µm → 🌻');
const wide = transcode(text, 'utf8', 'utf16le');
console.log(wide);
console.log(transcode(wide, 'utf16le', 'utf8').equals(text));
console.log(transcode(text, 'utf8', 'latin1'));
console.log(transcode(text, 'utf8', 'ascii'));
console.log(transcode(Buffer.from([0x33, 0xb5]), 'latin1', 'utf8'));
console.log(transcode(Buffer.from([0x33, 0xb5]), 'ascii', 'utf8'));
console.log(transcode(Buffer.from([0x61, 0xc3, 0x28]), 'utf8', 'latin1'));
