// `kill -9` of a worker: the other one goes on, and a new one takes its place, here because the program says so.
import cluster from 'node:cluster';
import http from 'node:http';
import { ask, connect } from './fixtures/ask.mjs';
import { exited, listening, shutdown } from './fixtures/workers.mjs';

if (cluster.isWorker) {
  http.createServer((req, res) => res.end(`Handled by worker ${cluster.worker.id}`)).listen(0, '127.0.0.1');
} else {
  const ready = listening(2);
  for (let n = 1; n <= 2; n++) cluster.fork();
  const { workers, port } = await ready;

  const respawn = () => cluster.fork();
  cluster.on('exit', respawn);
  const [gone, next] = [exited(), listening(1)];
  workers[0].process.kill('SIGKILL');
  const { worker, exit, voluntary } = await gone;
  console.log(`worker ${worker.id} died: ${exit}, voluntary: ${voluntary}`);
  console.log(`meanwhile somebody else answers: ${await ask(port) !== 'Handled by worker 1'}`);
  const [replacement] = (await next).workers;
  console.log(`worker ${replacement.id} listens, another process: ${replacement.process.pid !== worker.process.pid}`);

  const connections = [connect(port), connect(port)];
  const answers = [];
  for (const connection of connections) answers.push(await connection.ask());
  console.log(answers.sort().join('\n'));
  for (const connection of connections) connection.close();
  cluster.off('exit', respawn);
  await shutdown();
}
