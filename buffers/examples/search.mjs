// indexOf, lastIndexOf and includes, with bytes, texts, encodings and negative offsets.
import { Buffer } from 'node:buffer';

const line = Buffer.from('she sells sea shells');
console.log(line.indexOf('she'), line.indexOf('she', 1), line.indexOf('she', -6));
console.log(line.indexOf('sells', 5), line.indexOf('', 3), line.indexOf('', 99));
console.log(line.indexOf(115, 9), line.indexOf(627), line.indexOf(-141)); // modulo 256
console.log(line.lastIndexOf('she'), line.lastIndexOf('she', 13), line.lastIndexOf('she', -8));
console.log(line.lastIndexOf('she', -21), line.lastIndexOf('', 5), line.lastIndexOf(115));
console.log(line.includes('sea'), line.includes('sea', 11), line.includes(''));
console.log(line.indexOf('736561', 'hex'), line.indexOf('c2Vh', 'base64'));

const wide = Buffer.from('mömö', 'utf16le');
console.log(wide.indexOf('ö', 'utf16le'), wide.indexOf('ö', 4, 'utf16le'));
console.log(wide.lastIndexOf('m', 'utf16le'), wide.lastIndexOf('m', -5, 'utf16le'));

let count = 0;
for (let at = 0; (at = line.indexOf('s', at)) !== -1; at++) count++;
console.log(count);
for (const part of String(line).split(' ')) console.log(part);
