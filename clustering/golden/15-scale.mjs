// More workers, and fewer, while the cluster runs.
import cluster from 'node:cluster';
import http from 'node:http';
import { once } from 'node:events';
import { ask } from './fixtures/ask.mjs';
import { listening, shutdown } from './fixtures/workers.mjs';

if (cluster.isWorker) {
  http.createServer((req, res) => res.end(`Handled by worker ${cluster.worker.id}`)).listen(0, '127.0.0.1');
} else {
  const count = () => Object.keys(cluster.workers).length;
  const first = listening(1);
  cluster.fork();
  const { workers: [one], port } = await first;
  console.log(`workers: ${count()}`);

  const more = listening(2);
  for (let n = 2; n <= 3; n++) cluster.fork();
  const { workers } = await more;
  console.log(`workers: ${count()}, the new ones are ${workers.map((worker) => worker.id).join(' and ')}`);

  const gone = workers.map((worker) => once(worker, 'exit'));
  for (const worker of workers) worker.disconnect();
  await Promise.all(gone);
  console.log(`workers: ${count()}, worker ${one.id} stays`);
  console.log(await ask(port));
  await shutdown();
}
