import { spawn } from 'node:child_process';
import cluster from 'node:cluster';
import { once } from 'node:events';
import http from 'node:http';

if (cluster.isWorker) {
  http.createServer((req, res) => res.end()).listen(0, '127.0.0.1');
} else if (process.argv[2] === 'primary') {
  const workers = [cluster.fork(), cluster.fork()];
  const ready = await Promise.all(workers.map((worker) => once(worker, 'listening')));
  console.log(`workers that listen: ${ready.length}`);
} else {
  const stdio = ['ignore', 'pipe', 'inherit'];
  const primary = spawn(process.execPath, [import.meta.filename, 'primary'], { stdio });
  const gone = once(primary, 'exit');
  // The workers have the same stdout: it ends with the last one of them.
  const ended = once(primary.stdout, 'end');
  console.log(`the primary says: ${String(await once(primary.stdout, 'data')).trim()}`);
  primary.kill('SIGKILL');
  const [code, signal] = await gone;
  console.log(`the primary: ${signal ?? `exit status ${code}`}`);
  await ended;
  console.log('its workers: gone too');
}
