// `worker.disconnect()`: no new work, but what it has begun is finished.
import cluster from 'node:cluster';
import { once } from 'node:events';
import http from 'node:http';
import { ask } from './fixtures/ask.mjs';
import { exited, listening, shutdown } from './fixtures/workers.mjs';

if (cluster.isWorker) {
  http.createServer(async (req, res) => {
    if (req.url === '/slow') {
      process.send('begun');
      await once(process, 'message');
    }
    res.end(`Handled by worker ${cluster.worker.id}`);
  }).listen(0, '127.0.0.1');
} else {
  const ready = listening(2);
  for (let n = 1; n <= 2; n++) cluster.fork();
  const { workers, port } = await ready;
  const begun = once(cluster, 'message');
  const slow = ask(port, '/slow');
  const [leaving] = await begun;

  const gone = exited();
  leaving.disconnect();
  const other = workers.find((worker) => worker !== leaving);
  console.log(`asked meanwhile, the other one answers: ${await ask(port) === `Handled by worker ${other.id}`}`);
  leaving.send('go on');
  console.log(`what was begun is answered: ${await slow === `Handled by worker ${leaving.id}`}`);
  const { worker, exit, voluntary } = await gone;
  console.log(`it is the one that goes: ${worker === leaving}; ${exit}, voluntary: ${voluntary}`);
  await shutdown();
}
