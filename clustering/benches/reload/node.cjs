// Two workers. HUP: a new one for each, then the old one is told to leave, and half a second later `worker.disconnect` closes what is idle then. TERM: all are.
const cluster = require('node:cluster');

let stopping = false;
const leave = (worker) => (worker.send('leave'), setTimeout(() => worker.disconnect(), 500));
cluster.setupPrimary({ exec: 'app.cjs' });
for (let i = 0; i < 2; i++) cluster.fork();
cluster.on('exit', (worker) => {
  if (!worker.exitedAfterDisconnect && !stopping) cluster.fork();
});
process.on('SIGHUP', async () => {
  for (const old of Object.values(cluster.workers)) {
    const worker = cluster.fork();
    await new Promise((resolve) => worker.once('listening', resolve));
    leave(old);
  }
});
process.on('SIGTERM', () => {
  stopping = true;
  Object.values(cluster.workers).forEach(leave);
  cluster.on('exit', () => Object.keys(cluster.workers).length || process.exit());
});
