import cluster from 'node:cluster';
import { once } from 'node:events';
import http from 'node:http';
import { text } from 'node:stream/consumers';

if (cluster.isPrimary) {
  const count = () => Object.keys(cluster.workers).length;
  const one = cluster.fork();
  const [{ port }] = await once(one, 'listening');
  console.log(`workers: ${count()}`);
  const more = [cluster.fork(), cluster.fork()];
  await Promise.all(more.map((worker) => once(worker, 'listening')));
  console.log(`workers: ${count()}`);
  const gone = more.map((worker) => once(worker, 'exit'));
  for (const worker of more) worker.disconnect();
  await Promise.all(gone);
  console.log(`workers: ${count()}, worker ${one.id} stays`);
  const [response] = await once(http.get({ host: '127.0.0.1', port, agent: false }), 'response');
  console.log(await text(response));
  cluster.disconnect();
} else {
  const { id } = cluster.worker;
  const server = http.createServer((req, res) => res.end(`Handled by worker ${id}`));
  server.listen(0, '127.0.0.1');
}
