import cluster from 'node:cluster';
import { once } from 'node:events';
import http from 'node:http';
import { text } from 'node:stream/consumers';

if (cluster.isPrimary) {
  const workers = [cluster.fork(), cluster.fork()];
  const [[{ port }]] = await Promise.all(workers.map((worker) => once(worker, 'listening')));
  const numbers = new Map(workers.map((worker) => [worker.process.pid, worker.id]));
  numbers.set(process.pid, 0);
  console.log(`Primary PID: ${numbers.get(process.pid)}`);
  for (const { process } of workers) console.log(`Worker ${numbers.get(process.pid)} started`);

  const agents = [];
  const answers = [];
  for (let n = 0; n < 2; n++) {
    // A connection that is kept.
    agents.push(new http.Agent({ keepAlive: true }));
    const request = http.get({ host: '127.0.0.1', port, agent: agents[n] });
    const [response] = await once(request, 'response');
    answers.push(numbers.get(Number(await text(response))));
  }
  for (const worker of answers.sort()) console.log(`Handled by worker ${worker}`);
  for (const agent of agents) agent.destroy();

  workers[0].process.kill('SIGKILL');
  const [worker] = await once(cluster, 'exit');
  console.log(`Worker ${numbers.get(worker.process.pid)} died`);
  cluster.disconnect();
} else {
  http.createServer((req, res) => res.end(`${process.pid}`)).listen(0, '127.0.0.1');
}
