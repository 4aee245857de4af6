import cluster from 'node:cluster';
import { once } from 'node:events';
import http from 'node:http';
import { text } from 'node:stream/consumers';

if (cluster.isPrimary) {
  const workers = [cluster.fork(), cluster.fork(), cluster.fork()];
  const all = await Promise.all(workers.map((worker) => once(worker, 'listening')));
  const [[{ port }]] = all;
  console.log(`a port: ${port > 0}`);
  console.log(`workers that listen on it: ${all.filter(([on]) => on.port === port).length}`);
  const agents = [];
  const answers = [];
  for (let n = 0; n < 3; n++) {
    agents.push(new http.Agent({ keepAlive: true }));
    const request = http.get({ host: '127.0.0.1', port, agent: agents[n] });
    const [response] = await once(request, 'response');
    answers.push(await text(response));
  }
  console.log(answers.sort().join('\n'));
  for (const agent of agents) agent.destroy();
  cluster.disconnect();
} else {
  const { id } = cluster.worker;
  const server = http.createServer((req, res) => res.end(`Handled by worker ${id}`));
  server.listen(0, '127.0.0.1');
}
