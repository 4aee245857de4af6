// The notes' example with two workers, on the port that it is given; it says where it listens once both do.
import cluster from 'node:cluster';
import http from 'node:http';

if (cluster.isPrimary) {
  let started = 0;
  cluster.on('listening', (worker, { port }) => {
    console.log(`Worker ${worker.process.pid} started`);
    if (++started === 2) console.log(`listening on http://127.0.0.1:${port}`);
  });
  for (let i = 0; i < 2; i++) cluster.fork();
} else {
  const words = `Handled by worker ${process.pid}`;
  http.createServer((req, res) => res.end(words)).listen(Number(process.argv[2] ?? 0), '127.0.0.1');
}
