// A port that somebody else has: an error, and no worker that serves.
import cluster from 'node:cluster';
import { once } from 'node:events';
import http from 'node:http';
import net from 'node:net';
import { ask } from './fixtures/ask.mjs';
import { listening, shutdown } from './fixtures/workers.mjs';

if (cluster.isWorker) {
  const server = http.createServer((req, res) => res.end('served'));
  server.on('error', (error) => process.send(error.code, () => process.exit(1)));
  server.listen(process.env.PORT, '127.0.0.1');
} else {
  const stranger = net.createServer().listen(0, '127.0.0.1');
  await once(stranger, 'listening');
  const PORT = stranger.address().port;

  const refused = cluster.fork({ PORT });
  // Either may come first, and it is in cluster.workers until both have.
  const gone = Promise.all([once(refused, 'exit'), once(refused, 'disconnect')]);
  const [code] = await once(refused, 'message');
  await gone;
  console.log(`taken: ${code}, workers: ${Object.keys(cluster.workers).length}`);

  stranger.close();
  await once(stranger, 'close');
  const ready = listening(1);
  cluster.fork({ PORT });
  const { port } = await ready;
  console.log(`free: the same port: ${port === PORT}, ${await ask(port)}`);
  await shutdown();
}
