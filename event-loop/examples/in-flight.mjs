// One thread, many operations in flight: a web request and a database query at the same time.
import { once } from 'node:events';
import net from 'node:net';

// Neither answers before both were asked: if the first blocked the thread, no answer would come.
let asked = 0;
const both = Promise.withResolvers();

async function serve(answer) {
  const server = net.createServer(async (socket) => {
    await once(socket, 'data');
    if (++asked === 2) both.resolve();
    await both.promise;
    socket.end(answer);
    server.close();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return server.address().port;
}

async function ask(port, question) {
  console.log('sent:', question);
  const socket = net.connect(port, '127.0.0.1');
  socket.write(question);
  return (await socket.toArray()).join('');
}

const web = await serve('42 users online');
const database = await serve('alice');
const answers = Promise.all([ask(web, 'GET /users'), ask(database, 'SELECT name')]);
console.log('both are under way, and the thread is free');
console.log('answers:', (await answers).join(', '));
