import cluster from 'node:cluster';
import { once } from 'node:events';
import http from 'node:http';

if (cluster.isPrimary) {
  const seen = { 1: [], 2: [] };
  for (const name of ['fork', 'online', 'listening', 'disconnect', 'exit']) {
    cluster.on(name, (worker) => seen[worker.id].push(name));
  }
  const workers = [cluster.fork(), cluster.fork()];
  await Promise.all(workers.map((worker) => once(worker, 'listening')));
  const gone = workers.map((worker) => once(worker, 'exit'));
  cluster.disconnect();
  await Promise.all(gone);
  for (const id in seen) console.log(`worker ${id}: ${seen[id].join(' ')}`);
  console.log(`the cluster has ended: ${Object.keys(cluster.workers).length === 0}`);
} else {
  http.createServer((req, res) => res.end()).listen(0, '127.0.0.1');
}
