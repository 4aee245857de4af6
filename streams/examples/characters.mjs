// Characters that are cut by chunk borders: decoded with a memory, and without one.
import { StringDecoder } from 'node:string_decoder';

function decode(label, ...chunks) {
  const decoder = new StringDecoder('utf8');
  const texts = chunks.map((chunk) => decoder.write(chunk));
  console.log(`${label}: ${JSON.stringify(texts.join('|'))}, end ${JSON.stringify(decoder.end())}`);
}

const crab = Buffer.from('🦀');
decode('byte by byte', ...[0, 1, 2, 3].map((i) => crab.subarray(i, i + 1)));
decode('cut at the end', crab.subarray(0, 3));
decode('bad byte', Buffer.from([0x61, 0xff, 0x62]));
const alone = crab.toString('utf8', 0, 2) + crab.toString('utf8', 2);
console.log(`each chunk alone: whole ${alone === '🦀'}`);
