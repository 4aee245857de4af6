// cork and uncork: many small writes, one call to the destination.
import { Writable } from 'node:stream';

const sink = new Writable({
  writev(chunks, done) {
    console.log(`call: ${chunks.map(({ chunk }) => chunk).join('|')}`);
    done();
  },
});
for (const word of ['a', 'bb', 'ccc']) await new Promise((taken) => sink.write(word, taken));

sink.cork();
for (const word of ['a', 'bb', 'ccc']) sink.write(word);
console.log(`${sink.writableLength} bytes wait`);
sink.uncork();
