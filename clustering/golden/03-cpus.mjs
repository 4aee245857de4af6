// A worker for each core.
import cluster from 'node:cluster';
import http from 'node:http';
import os from 'node:os';
import { listening, shutdown } from './fixtures/workers.mjs';

if (cluster.isWorker) {
  http.createServer((req, res) => res.end()).listen(0, '127.0.0.1');
} else {
  // What this process may use; os.cpus().length counts all that the machine has.
  const numCPUs = os.availableParallelism();
  const ready = listening(numCPUs);
  for (let i = 0; i < numCPUs; i++) {
    cluster.fork();
  }
  const { workers } = await ready;
  console.log(`at least one core: ${numCPUs >= 1}`);
  console.log(`a worker for each core: ${workers.length === numCPUs}`);
  const pids = new Set(workers.map((worker) => worker.process.pid));
  console.log(`a process for each worker: ${pids.size === numCPUs}`);
  console.log(`the primary is none of them: ${!pids.has(process.pid)}`);
  await shutdown();
}
