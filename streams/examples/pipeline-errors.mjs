// pipeline: an error anywhere stops everything, releases everything, and is reported once.
import { PassThrough, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

async function run(breakAt) {
  function check(place, n) {
    if (place === breakAt && n === 2) throw new Error(`${place} broke`);
    return n;
  }
  function* source() {
    try {
      for (const n of [1, 2, 3]) yield check('source', n);
    } finally {
      console.log('source released');
    }
  }
  async function* stage(items) {
    for await (const n of items) yield check('stage', n);
  }
  async function sink(items) {
    for await (const n of items) check('sink', n);
  }
  const result = await pipeline(source, stage, sink).then(() => 'ok', (error) => error.message);
  console.log(`${breakAt}: ${result}`);
}
await run('nowhere');
await run('source');
await run('stage');
await run('sink');

// A destination that goes away is an error too, also while the source has nothing to send.
const destination = new PassThrough();
setImmediate(() => destination.destroy());
const idle = new Readable({ read() {} });
await pipeline(idle, destination).catch((error) => {
  console.log(`gone: premature close ${error.code === 'ERR_STREAM_PREMATURE_CLOSE'}`);
});
