import cluster from 'node:cluster';
import { once } from 'node:events';
import http from 'node:http';

if (cluster.isPrimary) {
  const workers = [cluster.fork(), cluster.fork(), cluster.fork()];
  await Promise.all(workers.map((worker) => once(worker, 'listening')));
  const ways = [
    (worker) => worker.send('exit'),
    (worker) => worker.process.kill('SIGKILL'),
    (worker) => worker.disconnect(),
  ];
  for (const [n, end] of ways.entries()) {
    end(workers[n]);
    const [worker, code, signal] = await once(cluster, 'exit');
    const voluntary = worker.exitedAfterDisconnect === true;
    console.log(`worker ${worker.id}: ${signal ?? `exit status ${code}`}, voluntary: ${voluntary}`);
  }
} else {
  process.on('message', () => process.exit(3));
  http.createServer((req, res) => res.end()).listen(0, '127.0.0.1');
}
