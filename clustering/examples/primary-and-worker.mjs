import cluster from 'node:cluster';
import { once } from 'node:events';
import http from 'node:http';

const given = process.env.GIVEN ?? 'nothing';
if (cluster.isPrimary) {
  console.log(`primary: isPrimary=${cluster.isPrimary} given=${given}`);
  for (let n = 1; n <= 2; n++) {
    const worker = cluster.fork({ GIVEN: 'a colour' });
    const [{ id, isPrimary, given, parent }] = await once(worker, 'message');
    console.log(`worker ${id}: isPrimary=${isPrimary} given=${JSON.stringify(given)}`);
    console.log(`  worker.id is the same: ${worker.id === id}`);
    console.log(`  a child of the primary: ${parent === process.pid}`);
    console.log(`  a process of its own: ${worker.process.pid !== process.pid}`);
  }
  cluster.disconnect();
} else {
  const { isPrimary, worker: { id } } = cluster;
  process.send({ id, isPrimary, given, parent: process.ppid });
  http.createServer((req, res) => res.end()).listen(0, '127.0.0.1');
}
