import cluster from 'node:cluster';
import { once } from 'node:events';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { text } from 'node:stream/consumers';

if (cluster.isPrimary) {
  const ENOUGH = `${tmpdir()}/enough-${process.pid}`;
  const workers = [cluster.fork({ ENOUGH }), cluster.fork({ ENOUGH })];
  const [[{ port }]] = await Promise.all(workers.map((worker) => once(worker, 'listening')));
  const ask = async (path) => {
    const request = http.get({ host: '127.0.0.1', port, path, agent: false });
    const [response] = await once(request, 'response');
    return text(response);
  };
  const computing = ask('/compute');
  await once(cluster, 'message');
  console.log(`one computes; the other one answers: ${await ask('/')}`);
  writeFileSync(ENOUGH, '');
  console.log(`then the first one answers: ${await computing}`);
  rmSync(ENOUGH);
  cluster.disconnect();
} else {
  http.createServer((req, res) => {
    if (req.url !== '/compute') {
      res.end('at once');
      return;
    }
    process.send('begun', () => {
      while (!existsSync(process.env.ENOUGH));
      res.end('computed');
    });
  }).listen(0, '127.0.0.1');
}
