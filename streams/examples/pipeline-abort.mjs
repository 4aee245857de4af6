// AbortSignal: a pipeline that is given up releases its source and its sink.
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

function* numbers() {
  try {
    for (let n = 1; ; n++) yield n;
  } finally {
    console.log('source released');
  }
}

const stop = new AbortController();
const sink = new Writable({
  objectMode: true,
  write(n, _encoding, done) {
    console.log(`took ${n}`);
    if (n < 3) done();
    else stop.abort(); // and never done: the pipeline is stuck here
  },
  destroy(error, done) {
    console.log('sink released');
    done(error);
  },
});
await pipeline(numbers, sink, { signal: stop.signal }).catch((error) => {
  console.log(`aborted: ${error.name === 'AbortError'}`);
});

// A signal that has already come: nothing is taken at all.
const late = new Writable({ objectMode: true, write: (n) => console.log(`took ${n}`) });
await pipeline([1, 2, 3], late, { signal: stop.signal }).catch((error) => {
  console.log(`aborted before: ${error.name === 'AbortError'}`);
});
