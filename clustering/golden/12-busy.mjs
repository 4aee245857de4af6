// More than one core: while one worker computes, and hears nothing, the other one answers.
import cluster from 'node:cluster';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { ask } from './fixtures/ask.mjs';
import { listening, shutdown } from './fixtures/workers.mjs';

if (cluster.isWorker) {
  http.createServer((req, res) => {
    if (req.url === '/compute') {
      process.send('begun', () => {
        while (!existsSync(process.env.ENOUGH));
        res.end('computed');
      });
    } else {
      res.end('at once');
    }
  }).listen(0, '127.0.0.1');
} else {
  const folder = mkdtempSync(join(tmpdir(), 'busy-'));
  const enough = join(folder, 'enough');
  const ready = listening(2);
  for (let n = 1; n <= 2; n++) cluster.fork({ ENOUGH: enough });
  const { port } = await ready;
  const begun = once(cluster, 'message');
  const computing = ask(port, '/compute');
  await begun;
  console.log(`one worker computes; the other one answers: ${await ask(port)}`);
  writeFileSync(enough, '');
  console.log(`then the first one answers: ${await computing}`);
  rmSync(folder, { recursive: true });
  await shutdown();
}
