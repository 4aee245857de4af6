import cluster from 'node:cluster';
import { once } from 'node:events';
import http from 'node:http';
import { text } from 'node:stream/consumers';

if (cluster.isPrimary) {
  const workers = [cluster.fork(), cluster.fork()];
  const [[{ port }]] = await Promise.all(workers.map((worker) => once(worker, 'listening')));
  console.log('Two workers listen on one port.');
  const ask = async () => {
    const request = http.get({ host: '127.0.0.1', port, agent: false });
    const [response] = await once(request, 'response');
    console.assert((await text(response)).startsWith('Handled by worker '));
  };
  const how = ([code, signal]) => signal ?? `exit status ${code}`;
  const killed = once(workers[0], 'exit');
  workers[0].process.kill('SIGKILL');
  console.log(`One of them is killed: ${how(await killed)}.`);
  workers[0] = cluster.fork();
  const listening = once(workers[0], 'listening');
  await ask();
  console.log('Asked at once, the other one answers.');
  await listening;
  console.log(`Worker ${workers[0].id} takes its place.`);

  console.log('Reload, and requests meanwhile:');
  // Never while a worker disconnects: Node may close the connection of a request on its way.
  for (const old of workers) {
    const worker = cluster.fork();
    const listening = once(worker, 'listening');
    await ask();
    await listening;
    const gone = once(old, 'exit');
    old.disconnect();
    console.log(`  worker ${worker.id} takes over; the old one: ${how(await gone)}.`);
    await ask();
  }
  console.log('Every request was answered.');
  cluster.on('exit', ({ exitedAfterDisconnect }, ...exit) => {
    console.log(`Shut down: ${how(exit)}, voluntary: ${exitedAfterDisconnect}.`);
  });
  cluster.disconnect();
} else {
  const { id } = cluster.worker;
  const server = http.createServer((req, res) => res.end(`Handled by worker ${id}`));
  server.listen(0, '127.0.0.1');
}
