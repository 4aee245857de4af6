import cluster from 'node:cluster';
import { once } from 'node:events';
import http from 'node:http';
import { text } from 'node:stream/consumers';

if (cluster.isPrimary) {
  const workers = [cluster.fork(), cluster.fork()];
  const [[{ port }]] = await Promise.all(workers.map((worker) => once(worker, 'listening')));
  const ask = async (path) => {
    const request = http.get({ host: '127.0.0.1', port, path, agent: false });
    const [response] = await once(request, 'response');
    return text(response);
  };
  const slow = ask('/slow');
  const [leaving] = await once(cluster, 'message');
  const gone = once(cluster, 'exit');
  leaving.disconnect();
  const leaver = `Handled by worker ${leaving.id}`;
  console.log(`asked meanwhile, the other one answers: ${await ask('/') !== leaver}`);
  leaving.send('go on');
  console.log(`what has begun is answered: ${await slow === leaver}`);
  const [worker, code, signal] = await gone;
  console.log(`it is the one that goes: ${worker === leaving}`);
  const voluntary = worker.exitedAfterDisconnect;
  console.log(`${signal ?? `exit status ${code}`}, voluntary: ${voluntary}`);
  cluster.disconnect();
} else {
  const { id } = cluster.worker;
  http.createServer(async (req, res) => {
    if (req.url === '/slow') {
      process.send('begun');
      await once(process, 'message');
    }
    res.end(`Handled by worker ${id}`);
  }).listen(0, '127.0.0.1');
}
