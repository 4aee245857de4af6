import cluster from 'node:cluster';
import { once } from 'node:events';
import http from 'node:http';
import { text } from 'node:stream/consumers';

cluster.schedulingPolicy = cluster.SCHED_RR;
if (cluster.isPrimary) {
  const workers = [cluster.fork(), cluster.fork(), cluster.fork()];
  const [[{ port }]] = await Promise.all(workers.map((worker) => once(worker, 'listening')));
  const ask = async (agent) => {
    const request = http.get({ host: '127.0.0.1', port, agent });
    const [response] = await once(request, 'response');
    return text(response);
  };
  const agents = [];
  const answers = [];
  for (let n = 0; n < 12; n++) {
    agents.push(new http.Agent({ keepAlive: true }));
    answers.push(await ask(agents[n]));
  }
  for (const worker of [...new Set(answers)].sort()) {
    console.log(`${worker}: ${answers.filter((answer) => answer === worker).length} of 12`);
  }
  const inTurn = answers.every((answer, n) => answer !== answers[n - 1]);
  console.log(`never the same twice in a row: ${inTurn}`);
  // It is connections that are handed out: what comes later on one goes to its worker.
  const same = await ask(agents[0]) === answers[0];
  console.log(`a second request on a connection: the same worker: ${same}`);
  for (const agent of agents) agent.destroy();
  cluster.disconnect();
} else {
  const { id } = cluster.worker;
  const server = http.createServer((req, res) => res.end(`Handled by worker ${id}`));
  server.listen(0, '127.0.0.1');
}
