// SCHED_RR, the default: the primary accepts, and hands each connection to a worker, to all alike.
import cluster from 'node:cluster';
import http from 'node:http';
import { connect } from './fixtures/ask.mjs';
import { listening, shutdown } from './fixtures/workers.mjs';

cluster.schedulingPolicy = cluster.SCHED_RR;
if (cluster.isWorker) {
  http.createServer((req, res) => res.end(`Handled by worker ${cluster.worker.id}`)).listen(0, '127.0.0.1');
} else {
  const ready = listening(3);
  for (let n = 1; n <= 3; n++) cluster.fork();
  const { port } = await ready;
  const connections = [];
  const answers = [];
  for (let n = 1; n <= 12; n++) {
    connections.push(connect(port));
    answers.push(await connections.at(-1).ask());
  }
  for (const who of [...new Set(answers)].sort()) {
    console.log(`${who}: ${answers.filter((answer) => answer === who).length} of ${answers.length}`);
  }
  console.log(`never the same twice in a row: ${answers.every((answer, n) => answer !== answers[n - 1])}`);

  // It is connections that are handed out: what comes later on one goes to its worker.
  const again = await connections[0].ask();
  console.log(`a second request on a connection: the same worker: ${again === answers[0]}`);
  for (const connection of connections) connection.close();
  await shutdown();
}
