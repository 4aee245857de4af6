import cluster from 'node:cluster';
import { once } from 'node:events';
import http from 'node:http';
import { text } from 'node:stream/consumers';

let visits = 0;
if (cluster.isPrimary) {
  const workers = [cluster.fork(), cluster.fork()];
  const [[{ port }]] = await Promise.all(workers.map((worker) => once(worker, 'listening')));
  const agents = [0, 1].map(() => new http.Agent({ keepAlive: true }));
  for (let n = 1; n <= 3; n++) {
    const counts = [];
    for (const agent of agents) {
      const request = http.get({ host: '127.0.0.1', port, agent });
      const [response] = await once(request, 'response');
      counts.push(await text(response));
    }
    console.log(`visit ${n} of each: ${counts.join(' and ')}`);
  }
  console.log(`in the primary: ${visits}`);
  for (const agent of agents) agent.destroy();
  cluster.disconnect();
} else {
  http.createServer((req, res) => res.end(`${++visits}`)).listen(0, '127.0.0.1');
}
