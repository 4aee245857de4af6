// Who kills the primary kills the cluster: its workers go with it.
import { spawn } from 'node:child_process';
import cluster from 'node:cluster';
import { once } from 'node:events';
import http from 'node:http';
import { fileURLToPath } from 'node:url';
import { listening } from './fixtures/workers.mjs';

if (cluster.isWorker) {
  http.createServer((req, res) => res.end()).listen(0, '127.0.0.1');
} else if (process.argv[2] === 'primary') {
  const ready = listening(2);
  for (let n = 1; n <= 2; n++) cluster.fork();
  const { workers } = await ready;
  console.log(`workers that listen: ${workers.length}`);
} else {
  const primary = spawn(process.execPath, [fileURLToPath(import.meta.url), 'primary'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const gone = once(primary, 'exit');
  // The workers have the same stdout: it ends with the last one of them.
  const ended = once(primary.stdout, 'end');
  console.log(`the primary says: ${String(await once(primary.stdout, 'data')).trim()}`);
  primary.kill('SIGKILL');
  const [code, signal] = await gone;
  console.log(`the primary: code ${code}, signal ${signal}`);
  await ended;
  console.log('its workers: gone too');
}
