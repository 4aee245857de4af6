// The same jobs as `buffers-bench-rates node`: the same jobs on the same input, timed in the same way.
import { atob, btoa, transcode, isUtf8 } from 'node:buffer';
import { StringDecoder } from 'node:string_decoder';
import { writeFileSync } from 'node:fs';

function noise(length) {
  const bytes = Buffer.alloc(length);
  let state = 0x9e3779b9;
  for (let i = 0; i < length; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    bytes[i] = state;
  }
  return bytes;
}

const MIXED = 'Größe: naïve café, 東京で会いましょう → 🚀! The rest of the line is plain. ';
const ASCII = 'The quick brown fox jumps over the lazy dog; 0123456789 times, no less. ';
const text = (line, length) => line.repeat(Math.floor(length / Buffer.byteLength(line)));

function* jobs(length) {
  const bytes = noise(length);
  for (const encoding of ['hex', 'base64']) {
    const written = bytes.toString(encoding);
    yield [`${encoding} encode`, length, () => bytes.toString(encoding)];
    yield [`${encoding} decode`, written.length, () => Buffer.from(written, encoding)];
  }
  const lines = bytes.toString('base64').replace(/.{76}(?=.)/g, '$&\n');
  yield ['base64 decode, in lines', lines.length, () => Buffer.from(lines, 'base64')];

  for (const [name, line] of [['mixed', MIXED], ['ASCII', ASCII]]) {
    const utf8 = Buffer.from(text(line, length));
    const utf16 = Buffer.from(text(line, length / 2), 'utf16le');
    yield [`utf8 to string, ${name}`, utf8.length, () => utf8.toString()];
    yield [`utf8 check, ${name}`, utf8.length, () => Number(isUtf8(utf8))];
    yield [`utf8 to utf16le, ${name}`, utf8.length, () => transcode(utf8, 'utf8', 'utf16le')];
    yield [`utf16le to utf8, ${name}`, utf16.length, () => transcode(utf16, 'utf16le', 'utf8')];
  }

  for (const swap of ['swap16', 'swap32', 'swap64']) {
    const target = noise(length);
    yield [swap, length, () => target[swap]()[0]];
  }
  const target = noise(length);
  yield ['fill, a byte', length, () => target.fill(0x5a)[length - 1]];
  yield ['fill, a pattern', length, () => target.fill('abcdefg')[length - 1]];
  const part = noise(length / 4);
  yield ['concat', length, () => Buffer.concat([part, part, part, part])];

  const line = Buffer.from(text(ASCII, length));
  const other = Buffer.from(line);
  yield ['index_of, a byte', line.length, () => line.indexOf(0) + 1];
  yield ['index_of, a word', line.length, () => line.indexOf('lazy cat') + 1];
  yield ['last_index_of, a word', line.length, () => line.lastIndexOf('lazy cat') + 1];
  yield ['equals', line.length, () => Number(line.equals(other))];
  yield ['compare', line.length, () => line.compare(other)];

  const units = Buffer.from(text(ASCII, length / 2), 'utf16le');
  const many = Buffer.from('a'.repeat(length / 2), 'utf16le');
  const needle = 'a'.repeat(2000) + 'b';
  yield ['index_of, a UTF-16 word', units.length, () => units.indexOf('lazy cat', 0, 'utf16le') + 1];
  yield ['last_index_of, a UTF-16 word', units.length, () => units.lastIndexOf('lazy cat', undefined, 'utf16le') + 1];
  yield ['index_of, nearly everywhere', length, () => many.indexOf(needle, 0, 'utf16le') + 1];

  const base64 = bytes.toString('base64');
  const ascii = text(ASCII, length);
  yield ['atob', base64.length, () => atob(base64)];
  yield ['btoa', ascii.length, () => btoa(ascii)];
  yield ['latin1 to utf16le', length, () => transcode(bytes, 'latin1', 'utf16le')];
  yield ['JSON', length, () => JSON.stringify(bytes)];
  yield ['StringDecoder, 1 KiB chunks', line.length, () => {
    const decoder = new StringDecoder('utf8');
    let made = 0;
    for (let start = 0; start < line.length; start += 1024) made += decoder.write(line.subarray(start, start + 1024)).length;
    return made + decoder.end().length;
  }];

  const words = noise(length);
  yield ['read u32 LE', length, () => {
    let sum = 0;
    for (let offset = 0; offset < length; offset += 4) sum = (sum + words.readUInt32LE(offset)) >>> 0;
    return sum;
  }];
  yield ['read f64 BE', length, () => {
    let count = 0;
    for (let offset = 0; offset < length; offset += 8) if (words.readDoubleBE(offset) > 1) count++;
    return count;
  }];
  const written = Buffer.alloc(length);
  yield ['write u32 BE', length, () => {
    for (let offset = 0; offset < length; offset += 4) written.writeUInt32BE(offset, offset);
    return written[length - 1];
  }];
}

// A result that is not used might not be made.
let sink;
function time(run, calls) {
  const start = process.hrtime.bigint();
  for (let call = 0; call < calls; call++) sink = run();
  return Number(process.hrtime.bigint() - start);
}

function rate(bytes, run) {
  let calls = 1;
  while (time(run, calls) < 3e6) calls *= 2;
  const times = Array.from({ length: 15 }, () => time(run, calls)).sort((a, b) => a - b);
  return bytes * calls / times[7];
}

function digest(made) {
  if (typeof made === 'number') return String(made);
  const bytes = Buffer.from(made);
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  return `${bytes.length} ${(hash >>> 0).toString(16).padStart(8, '0')}`;
}

const [digests, once] = process.argv.slice(2);
let made = '';
for (const [length, size] of [[64 << 10, '64 KiB'], [1 << 20, '1 MiB']]) {
  for (const [name, bytes, run] of jobs(length)) {
    made += `${name}, ${size} ${digest(run())}\n`;
    console.log(`${name}, ${size} ${once ? 0 : rate(bytes, run).toFixed(3)}`);
  }
}
writeFileSync(digests, made);
