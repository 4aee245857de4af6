// cork and uncork: many small writes, one call to the destination.
import { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';

let calls = 0;
const sink = new Writable({
  writev(chunks, done) {
    calls += 1;
    console.log(`  call ${calls}: ${chunks.length} chunks "${chunks.map(({ chunk }) => chunk).join('|')}"`);
    done();
  },
});

console.log('one by one');
for (const word of ['a', 'bb', 'ccc']) await new Promise((taken) => sink.write(word, taken));

console.log('corked');
sink.cork();
for (const word of ['a', 'bb', 'ccc']) sink.write(word);
console.log(`  ${sink.writableLength} bytes wait`);
sink.uncork();

sink.end();
await finished(sink);
console.log(`${calls} calls`);
