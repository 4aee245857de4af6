// SCHED_NONE: all workers accept from the same socket, and the system decides who is quicker. Even it is not.
import cluster from 'node:cluster';
import http from 'node:http';
import { ask } from './fixtures/ask.mjs';
import { listening, shutdown } from './fixtures/workers.mjs';

cluster.schedulingPolicy = cluster.SCHED_NONE;
if (cluster.isWorker) {
  http.createServer((req, res) => res.end(`Handled by worker ${cluster.worker.id}`)).listen(0, '127.0.0.1');
} else {
  const ready = listening(2);
  for (let n = 1; n <= 2; n++) cluster.fork();
  const { ports } = await ready;
  console.log(`the same port for both: ${ports[0] === ports[1]}`);
  const answers = [];
  for (let n = 1; n <= 10; n++) answers.push(await ask(ports[0]));
  const ours = ['Handled by worker 1', 'Handled by worker 2'];
  console.log(`answered: ${answers.length} of 10, by one of the two: ${answers.every((answer) => ours.includes(answer))}`);
  await shutdown();
}
