// fork(): a second process with a message channel (JSON, one message per line).
import { exec, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

if (process.argv[2] === 'child') {
  process.on('message', (m) => {
    if (m.type === 'ping') process.send({ type: 'pong', n: m.n, square: m.n * m.n });
    // The channel is not for the children of the child.
    if (m.type === 'env') exec('echo ${NODE_CHANNEL_FD-none} $MINE', (err, stdout) => process.send({ type: 'env', seen: stdout.trim() }));
    if (m.type === 'exit') process.send({ type: 'bye' }, () => process.exit(m.code));
  });
  process.send({ type: 'ready', args: process.argv.slice(2) });
} else {
  const child = fork(fileURLToPath(import.meta.url), ['child', 'extra arg'], { env: { ...process.env, MINE: 'yes' } });
  const closed = once(child, 'close');
  const next = async () => (await once(child, 'message'))[0];
  const show = (m) => console.log(`parent got ${JSON.stringify(m)}`);

  show(await next());
  for (let n = 1; n <= 3; n++) {
    child.send({ type: 'ping', n });
    show(await next());
  }
  child.send({ type: 'env' });
  show(await next());
  child.send({ type: 'exit', code: 5 });
  show(await next());
  const [code, signal] = await closed;
  console.log(`close code=${code} signal=${signal}`);
}
