// What is measured of Node: told to leave, it closes each connection with its answer, and is ended when all are closed.
const http = require('node:http');
const { setTimeout } = require('node:timers/promises');

let leaving = false;
const server = http.createServer(async (req, res) => {
  if (Number(req.headers['content-length']) > 1 << 20) return res.writeHead(413).end('too long');
  if (req.url === '/slow') await setTimeout(300);
  for await (const _ of req);
  if (leaving) res.setHeader('Connection', 'close');
  res.end(`worker ${process.pid}`);
});
server.listen(process.env.PORT, '127.0.0.1', () => process.send('ready'));
process.on('message', (message) => (leaving ||= message === 'leave'));
// PM2's way.
process.on('SIGINT', () => {
  leaving = true;
  // What is closed at once may have a request on its way.
  setTimeout(500).then(() => server.close(() => process.exit(0)));
});
// What the primary is told, a terminal tells all.
process.on('SIGHUP', () => {}).on('SIGTERM', () => {});
