// A new version without a gap: for each worker a new one is started, and the old one goes when that listens.
import cluster from 'node:cluster';
import http from 'node:http';
import { ask } from './fixtures/ask.mjs';
import { exited, listening, shutdown } from './fixtures/workers.mjs';

if (cluster.isWorker) {
  http.createServer((req, res) => res.end(`Handled by worker ${cluster.worker.id}`)).listen(0, '127.0.0.1');
} else {
  const ready = listening(2);
  for (let n = 1; n <= 2; n++) cluster.fork();
  const { workers, port } = await ready;

  let asked = 0;
  let answered = 0;
  // Never while a worker disconnects: Node may close the connection of a request that is on its way.
  const request = async () => {
    asked++;
    answered += (await ask(port)).startsWith('Handled by worker ') ? 1 : 0;
  };
  for (const old of workers) {
    const next = listening(1);
    cluster.fork();
    await request();
    const [{ id }] = (await next).workers;
    const gone = exited();
    old.disconnect();
    await request();
    const { exit, voluntary } = await gone;
    console.log(`worker ${id} for worker ${old.id}: ${exit}, voluntary: ${voluntary}`);
  }
  console.log(`asked meanwhile: ${asked > 0}, without an answer: ${asked - answered}`);
  console.log(`now one of the new ones answers: ${['Handled by worker 3', 'Handled by worker 4'].includes(await ask(port))}`);
  await shutdown();
}
