// Access outside is an error with a code and a fixed message.
import { Buffer, transcode } from 'node:buffer';

function show(call) {
  try {
    call();
  } catch (error) {
    console.log(error.name, error.code, error.message);
  }
}

const six = Buffer.alloc(6), two = Buffer.alloc(2);
show(() => six.readUInt8(6));
show(() => six.readUInt32BE(3));
show(() => six.readBigInt64LE(0));
show(() => six.readUIntBE(0, 7));
show(() => six.readIntLE(2, 6));
show(() => six.writeUIntLE(2 ** 24, 0, 3));
show(() => six.writeIntBE(2 ** 47, 0, 6));
show(() => six.writeUInt32LE(1, 4));
show(() => six.write('abc', 7));
show(() => six.fill(1, 0, 7));
show(() => six.fill('q', 'hex'));
show(() => six.copy(two, 0, 7));
show(() => six.compare(two, 0, 3));
show(() => six.swap32());
show(() => Buffer.from('x', 'ebcdic'));
show(() => transcode(six, 'hex', 'utf8'));
show(() => transcode(Buffer.from([0xff]), 'utf8', 'utf16le'));
console.log(six.toString('hex', -3, 99), six.subarray(-99, 99).length); // these two clamp
