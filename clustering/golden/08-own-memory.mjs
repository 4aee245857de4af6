// Workers share a port and nothing else: a variable is there once in each.
import cluster from 'node:cluster';
import http from 'node:http';
import { connect } from './fixtures/ask.mjs';
import { listening, shutdown } from './fixtures/workers.mjs';

let visits = 0;
if (cluster.isWorker) {
  http.createServer((req, res) => res.end(`${++visits}`)).listen(0, '127.0.0.1');
} else {
  const ready = listening(2);
  for (let n = 1; n <= 2; n++) cluster.fork();
  const { port } = await ready;
  const connections = [connect(port), connect(port)];
  for (let round = 1; round <= 3; round++) {
    const counts = [];
    for (const connection of connections) counts.push(await connection.ask());
    console.log(`visit ${round} of each: ${counts.join(' and ')}`);
  }
  console.log(`in the primary: ${visits}`);
  for (const connection of connections) connection.close();
  await shutdown();
}
