import cluster from 'node:cluster';
import { once } from 'node:events';
import http from 'node:http';
import net from 'node:net';
import { text } from 'node:stream/consumers';

if (cluster.isPrimary) {
  const other = net.createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const PORT = other.address().port;
  const [code] = await once(cluster.fork({ PORT }), 'message');
  if (code === 'EADDRINUSE') console.log('taken: address in use');
  other.close();
  await once(other, 'close');
  await once(cluster.fork({ PORT }), 'listening');
  const request = http.get({ host: '127.0.0.1', port: PORT, agent: false });
  const [response] = await once(request, 'response');
  console.log(`free: ${await text(response)}`);
  cluster.disconnect();
} else {
  const server = http.createServer((req, res) => res.end('served'));
  server.on('error', (error) => process.send(error.code, () => process.exit(1)));
  server.listen(process.env.PORT, '127.0.0.1');
}
