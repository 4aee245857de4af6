// A buffer holds bytes, prints them as hex, and can be changed in place.
import { Buffer } from 'node:buffer';

const data = Buffer.from('Hello');
console.log(data);

data[0] = 0x68; // h
console.log(data);
console.log(data.toString());
