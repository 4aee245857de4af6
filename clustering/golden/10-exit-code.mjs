// How a worker ended, and whether that was the primary's will.
import cluster from 'node:cluster';
import http from 'node:http';
import { exited, listening } from './fixtures/workers.mjs';

if (cluster.isWorker) {
  process.on('message', ({ exit }) => process.exit(exit));
  http.createServer((req, res) => res.end()).listen(0, '127.0.0.1');
} else {
  const ready = listening(3);
  for (let n = 1; n <= 3; n++) cluster.fork();
  const { workers } = await ready;
  const ways = [
    () => workers[0].send({ exit: 3 }),
    () => workers[1].process.kill('SIGKILL'),
    () => workers[2].disconnect(),
  ];
  for (const end of ways) {
    const gone = exited();
    end();
    const { worker, exit, voluntary } = await gone;
    console.log(`worker ${worker.id}: ${exit}, voluntary: ${voluntary}`);
  }
}
