// The example of the notes: PIDs are shown as numbers, since they differ each time: 0 is the primary, the others are workers.
import cluster from 'node:cluster';
import http from 'node:http';
import { connect } from './fixtures/ask.mjs';
import { exited, listening, shutdown } from './fixtures/workers.mjs';

if (cluster.isPrimary) {
  const ready = listening(2);
  for (let i = 0; i < 2; i++) {
    cluster.fork();
  }
  const { workers, port } = await ready;
  const numbers = new Map([[process.pid, 0], ...workers.map((worker) => [worker.process.pid, worker.id])]);
  const number = (text) => text.replace(/\d+/, (pid) => numbers.get(Number(pid)));
  console.log(number(`Primary PID: ${process.pid}`));
  for (const worker of workers) console.log(number(`Worker ${worker.process.pid} started`));

  const connections = [connect(port), connect(port)];
  const answers = [];
  for (const connection of connections) answers.push(number(await connection.ask()));
  for (const answer of answers.sort()) console.log(answer);
  for (const connection of connections) connection.close();

  const gone = exited();
  process.kill(workers[0].process.pid, 'SIGKILL');
  const { worker } = await gone;
  console.log(number(`Worker ${worker.process.pid} died`));
  await shutdown();
} else {
  http.createServer((req, res) => {
    res.end(`Handled by worker ${process.pid}`);
  }).listen(0, '127.0.0.1');
}
