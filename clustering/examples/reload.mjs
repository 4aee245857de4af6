import cluster from 'node:cluster';
import { once } from 'node:events';
import http from 'node:http';
import { text } from 'node:stream/consumers';

if (cluster.isPrimary) {
  const workers = [cluster.fork(), cluster.fork()];
  const [[{ port }]] = await Promise.all(workers.map((worker) => once(worker, 'listening')));
  let asked = 0;
  let answered = 0;
  // Never while a worker disconnects: Node may close the connection of a request on its way.
  const ask = async () => {
    asked++;
    const request = http.get({ host: '127.0.0.1', port, agent: false });
    const [response] = await once(request, 'response');
    answered += (await text(response)).startsWith('Handled by worker');
  };
  for (const old of workers) {
    const worker = cluster.fork();
    const listening = once(worker, 'listening');
    await ask();
    await listening;
    const gone = once(old, 'exit');
    old.disconnect();
    const [code, signal] = await gone;
    await ask();
    const exit = signal ?? `exit status ${code}`;
    console.log(`worker ${worker.id} for worker ${old.id}: ${exit}`);
  }
  console.log(`asked meanwhile: ${asked > 0}`);
  console.log(`without an answer: ${asked - answered}`);
  cluster.disconnect();
} else {
  const { id } = cluster.worker;
  const server = http.createServer((req, res) => res.end(`Handled by worker ${id}`));
  server.listen(0, '127.0.0.1');
}
