import cluster from 'node:cluster';
import { on, once } from 'node:events';
import http from 'node:http';

if (cluster.isPrimary) {
  const workers = [cluster.fork(), cluster.fork()];
  await Promise.all(workers.map((worker) => once(worker, 'listening')));
  const answers = on(cluster, 'message');
  for (let n = 1; n <= 3; n++) {
    for (const worker of workers) worker.send({ n });
  }
  const lines = { 1: [], 2: [] };
  for await (const [{ id }, message] of answers) {
    lines[id].push(`worker ${id}: ${JSON.stringify(message)}`);
    if (lines[1].length + lines[2].length === 6) break;
  }
  console.log([...lines[1], ...lines[2]].join('\n'));
  cluster.disconnect();
} else {
  process.on('message', ({ n }) => process.send({ n, square: n * n }));
  http.createServer((req, res) => res.end()).listen(0, '127.0.0.1');
}
