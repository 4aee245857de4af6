// The twin of `event-loop bench echo`.
import { createServer, connect } from 'node:net';

const count = Number(process.argv[2] ?? 100) * 200;
const server = createServer((socket) => socket.setNoDelay(true).on('data', (chunk) => socket.write(chunk)));
server.listen(0, '127.0.0.1', () => {
  const socket = connect(server.address().port, '127.0.0.1', () => {
    socket.setNoDelay(true);
    const message = Buffer.alloc(64, 'x');
    let left = count;
    const began = process.hrtime.bigint();
    socket.on('data', () => {
      if (--left > 0) return socket.write(message);
      console.log('round trips', (count / (Number(process.hrtime.bigint() - began) / 1e9)).toFixed(0));
      socket.end();
      server.close();
    });
    socket.write(message);
  });
});
