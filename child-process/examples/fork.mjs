import { exec, fork } from 'node:child_process';
import { once } from 'node:events';

if (process.argv[2] === 'child') {
  process.send({ type: 'ready', args: process.argv.slice(2) });
  process.on('message', ({ type, n }) => {
    if (type === 'ping') process.send({ type: 'pong', n, square: n * n });
    // The channel is not for the children of the child.
    const line = 'echo ${NODE_CHANNEL_FD-none} $MINE';
    if (type === 'env') exec(line, (err, seen) => process.send({ type: 'env', seen }));
    if (type === 'exit') process.send({ type: 'bye' }, () => process.exit(5));
  });
} else {
  const env = { ...process.env, MINE: 'yes' };
  const child = fork(import.meta.filename, ['child', 'extra arg'], { env });
  const pings = [1, 2, 3].map((n) => ({ type: 'ping', n }));
  for (const message of [null, ...pings, { type: 'env' }, { type: 'exit' }]) {
    if (message) child.send(message);
    console.log(JSON.stringify((await once(child, 'message'))[0]));
  }
  console.log(`exit code ${child.exitCode ?? (await once(child, 'exit'))[0]}`);
}
