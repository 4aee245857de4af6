// Messages between primary and workers, both ways, in order.
import cluster from 'node:cluster';
import { on } from 'node:events';
import http from 'node:http';
import { listening, shutdown } from './fixtures/workers.mjs';

if (cluster.isWorker) {
  process.on('message', ({ n }) => process.send({ worker: cluster.worker.id, n, square: n * n }));
  http.createServer((req, res) => res.end()).listen(0, '127.0.0.1');
} else {
  const ready = listening(2);
  for (let n = 1; n <= 2; n++) cluster.fork();
  const { workers } = await ready;
  const answers = on(cluster, 'message');
  for (let n = 1; n <= 3; n++) {
    for (const worker of workers) worker.send({ n });
  }
  const seen = { 1: [], 2: [] };
  for await (const [worker, message] of answers) {
    console.assert(worker.id === message.worker);
    seen[worker.id].push(`${message.n} squared is ${message.square}`);
    if (seen[1].length + seen[2].length === 6) break;
  }
  for (const id in seen) console.log(`worker ${id}: ${seen[id].join(', ')}`);
  await shutdown();
}
