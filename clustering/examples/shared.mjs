import cluster from 'node:cluster';
import { once } from 'node:events';
import http from 'node:http';
import { text } from 'node:stream/consumers';

cluster.schedulingPolicy = cluster.SCHED_NONE;
if (cluster.isPrimary) {
  const workers = [cluster.fork(), cluster.fork()];
  const [[{ port }]] = await Promise.all(workers.map((worker) => once(worker, 'listening')));
  const ours = ['Handled by worker 1', 'Handled by worker 2'];
  let answered = 0;
  for (let n = 0; n < 10; n++) {
    const request = http.get({ host: '127.0.0.1', port, agent: false });
    const [response] = await once(request, 'response');
    answered += ours.includes(await text(response));
  }
  console.log(`answered by one of the two: ${answered} of 10`);
  cluster.disconnect();
} else {
  const { id } = cluster.worker;
  const server = http.createServer((req, res) => res.end(`Handled by worker ${id}`));
  server.listen(0, '127.0.0.1');
}
