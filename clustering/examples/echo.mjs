import cluster from 'node:cluster';
import { once } from 'node:events';
import net from 'node:net';
import { text } from 'node:stream/consumers';

if (cluster.isPrimary) {
  const workers = [cluster.fork(), cluster.fork()];
  const [[{ port }]] = await Promise.all(workers.map((worker) => once(worker, 'listening')));
  const socket = net.connect(port, '127.0.0.1');
  socket.end('hello');
  console.log(`echo: ${await text(socket)}`);
  cluster.disconnect();
} else {
  const server = net.createServer({ allowHalfOpen: true }, (socket) => socket.pipe(socket));
  server.listen(0, '127.0.0.1');
}
