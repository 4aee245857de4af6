import cluster from 'node:cluster';
import { once } from 'node:events';
import http from 'node:http';
import os from 'node:os';

if (cluster.isPrimary) {
  // What this process may use; os.cpus().length counts all that the machine has.
  const numCPUs = os.availableParallelism();
  const workers = [];
  for (let i = 0; i < numCPUs; i++) {
    workers.push(cluster.fork());
  }
  await Promise.all(workers.map((worker) => once(worker, 'listening')));
  const pids = new Set(workers.map((worker) => worker.process.pid));
  console.log(`at least one core: ${numCPUs >= 1}`);
  console.log(`a process for each core: ${pids.size === numCPUs}`);
  console.log(`the primary is another: ${!pids.has(process.pid)}`);
  cluster.disconnect();
} else {
  http.createServer((req, res) => res.end()).listen(0, '127.0.0.1');
}
