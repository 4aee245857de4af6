// Port 0: one port that the system chooses, the same for all workers.
import cluster from 'node:cluster';
import http from 'node:http';
import { connect } from './fixtures/ask.mjs';
import { listening, shutdown } from './fixtures/workers.mjs';

if (cluster.isWorker) {
  http.createServer((req, res) => res.end(`Handled by worker ${cluster.worker.id}`)).listen(0, '127.0.0.1');
} else {
  const ready = listening(3);
  for (let n = 1; n <= 3; n++) cluster.fork();
  const { ports } = await ready;
  console.log(`workers that listen: ${ports.length}`);
  console.log(`a port: ${ports[0] > 0}, the same for all: ${new Set(ports).size === 1}`);
  const connections = ports.map(connect);
  const answers = [];
  for (const connection of connections) answers.push(await connection.ask());
  console.log(answers.sort().join('\n'));
  for (const connection of connections) connection.close();
  await shutdown();
}
