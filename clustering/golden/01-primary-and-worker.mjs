// One program, started again for each worker: who am I, and what was I given?
import cluster from 'node:cluster';
import { once } from 'node:events';
import { exited } from './fixtures/workers.mjs';

if (cluster.isWorker) {
  const { id } = cluster.worker;
  process.send({ id, isPrimary: cluster.isPrimary, given: process.env.GIVEN, primary: process.ppid });
  process.once('message', () => process.disconnect());
} else {
  console.log(`primary: isPrimary=${cluster.isPrimary} isWorker=${cluster.isWorker} given=${process.env.GIVEN ?? 'nothing'}`);
  for (let n = 1; n <= 2; n++) {
    const worker = cluster.fork({ GIVEN: 'a colour' });
    const [hello] = await once(worker, 'message');
    console.log(`worker ${hello.id}: isPrimary=${hello.isPrimary} given=${hello.given}`);
    console.log(`  worker.id is the same: ${worker.id === hello.id}, a child of the primary: ${hello.primary === process.pid}`);
    console.log(`  a process of its own: ${worker.process.pid !== process.pid}`);
  }
  for (const worker of Object.values(cluster.workers)) {
    const gone = exited();
    worker.send('enough');
    await gone;
  }
}
