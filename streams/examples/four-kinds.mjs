// The four kinds of stream: Writable, Readable, Duplex, Transform.
import { createReadStream, createWriteStream, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { duplexPair } from 'node:stream';
import { text } from 'node:stream/consumers';
import { finished, pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';

const dir = mkdtempSync(join(tmpdir(), 'streams-'));
const path = join(dir, 'notes.txt');
const packed = join(dir, 'notes.txt.gz');

// Writable: file write.
const sink = createWriteStream(path);
sink.write('hello, '.repeat(1000));
sink.end('streams');
await finished(sink);

// Readable: file read.
for await (const chunk of createReadStream(path)) console.log(`read ${chunk.length} bytes`);

// Duplex: both readable and writable.
const [client, server] = duplexPair();
server.pipe(server);
client.end('echo');
console.log(`heard ${await text(client)}`);

// Transform: like compression.
await pipeline(createReadStream(path), createGzip(), createWriteStream(packed));
console.log(`smaller: ${statSync(packed).size < statSync(path).size}`);
rmSync(dir, { recursive: true });
