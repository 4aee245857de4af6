// pipeline: an error anywhere stops everything, releases everything, and is reported once.
import { PassThrough, Readable, Transform, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

async function run(label, breakAt) {
  let released = false, got = 0, ended = false;
  async function* numbers() {
    try { for (let i = 1; ; i++) { if (breakAt === 'source' && i === 4) throw new Error('source broke'); yield Buffer.from([i]); if (i === 10) return; } }
    finally { released = true; }
  }
  const source = Readable.from(numbers());
  const middle = new Transform({
    transform(chunk, _e, done) { done(breakAt === 'middle' && chunk[0] === 4 ? new Error('middle broke') : null, chunk); },
    flush(done) { done(breakAt === 'flush' ? new Error('flush broke') : null); },
  });
  const sink = new Writable({
    write(chunk, _e, done) { got += 1; done(breakAt === 'sink' && chunk[0] === 4 ? new Error('sink broke') : null); },
    final(done) { ended = true; done(); },
  });
  let result = 'ok';
  try { await pipeline(source, middle, sink); } catch (error) { result = error.message; }
  await new Promise(setImmediate);
  console.log(`${label}: ${result}; generator released ${released}; all destroyed ${[source, middle, sink].every((s) => s.destroyed)}; sink ended ${ended}${breakAt ? '' : `; got ${got}`}`);
}

await run('no error', null);
await run('source', 'source');
await run('middle', 'middle');
await run('flush', 'flush');
await run('sink', 'sink');

// a sink that goes away without finishing is an error too
const quitter = new PassThrough();
setImmediate(() => quitter.destroy());
const endless = new Readable({ read() { setImmediate(() => this.push(Buffer.alloc(16))); } });
try { await pipeline(endless, quitter); console.log('quitter: ok'); }
catch (error) { console.log(`quitter: ${error.code === 'ERR_STREAM_PREMATURE_CLOSE' ? 'premature close' : error.message}; source destroyed ${endless.destroyed}`); }
