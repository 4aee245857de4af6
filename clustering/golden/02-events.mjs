// What the primary is told about each worker, in this order.
import cluster from 'node:cluster';
import http from 'node:http';
import { listening, shutdown } from './fixtures/workers.mjs';

if (cluster.isWorker) {
  http.createServer((req, res) => res.end()).listen(0, '127.0.0.1');
} else {
  const seen = { 1: [], 2: [] };
  for (const name of ['fork', 'online', 'listening', 'disconnect', 'exit']) {
    cluster.on(name, (worker) => seen[worker.id].push(name));
  }
  const ready = listening(2);
  for (let n = 1; n <= 2; n++) cluster.fork();
  const { workers } = await ready;
  console.log(`workers in cluster.workers: ${workers.length}`);
  await shutdown();
  for (const id in seen) console.log(`worker ${id}: ${seen[id].join(' ')}`);
  console.log(`workers in cluster.workers: ${Object.keys(cluster.workers).length}`);
}
