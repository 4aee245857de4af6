import cluster from 'node:cluster';
import { once } from 'node:events';
import http from 'node:http';
import { text } from 'node:stream/consumers';

if (cluster.isPrimary) {
  const workers = [cluster.fork(), cluster.fork()];
  const [[{ port }]] = await Promise.all(workers.map((worker) => once(worker, 'listening')));
  const [killed] = workers;
  let next;
  cluster.once('exit', () => { next = once(cluster.fork(), 'listening'); });
  killed.process.kill('SIGKILL');
  const [worker, code, signal] = await once(cluster, 'exit');
  console.log(`the killed one died: ${worker === killed}`);
  const voluntary = worker.exitedAfterDisconnect === true;
  console.log(`${signal ?? `exit status ${code}`}, voluntary: ${voluntary}`);
  const request = http.get({ host: '127.0.0.1', port, agent: false });
  const [response] = await once(request, 'response');
  const other = await text(response) !== `Handled by worker ${killed.id}`;
  console.log(`meanwhile another one answers: ${other}`);
  await next;
  const { id, process: { pid } } = Object.values(cluster.workers).at(-1);
  console.log(`worker ${id} listens, another process: ${pid !== killed.process.pid}`);
  cluster.disconnect();
} else {
  const { id } = cluster.worker;
  const server = http.createServer((req, res) => res.end(`Handled by worker ${id}`));
  server.listen(0, '127.0.0.1');
}
