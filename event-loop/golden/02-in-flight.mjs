// One thread, many operations in flight: a web request and a database query at the same time, over real sockets.
import http from 'node:http';
import net from 'node:net';
import { once } from 'node:events';

// Neither answers before both have been asked: if the first blocked the thread, nothing would ever come.
let asked = 0;
const { promise: both, resolve: bothAsked } = Promise.withResolvers();
const ask = () => { if (++asked === 2) bothAsked(); return both; };

const web = http.createServer(async (_, response) => {
  await ask();
  response.end('42 users online');
}).listen(0, '127.0.0.1');
const database = net.createServer((socket) => socket.on('data', async (query) => {
  await ask();
  socket.end(`${query}`.includes('SELECT name') ? 'alice' : 'no such table');
})).listen(0, '127.0.0.1');
await Promise.all([once(web, 'listening'), once(database, 'listening')]);

async function request() {
  console.log('request: sent');
  const response = await fetch(`http://127.0.0.1:${web.address().port}/`, { headers: { connection: 'close' } });
  return response.text();
}

async function query() {
  console.log('query: sent');
  const socket = net.connect(database.address().port, '127.0.0.1');
  socket.write('SELECT name FROM users');
  let answer = '';
  for await (const chunk of socket) answer += chunk;
  return answer;
}

const answers = Promise.all([request(), query()]);
console.log('both are under way, and the thread is free');
console.log('answers:', (await answers).join(', '));
web.close();
database.close();
