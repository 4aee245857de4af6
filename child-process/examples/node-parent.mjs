import { fork } from 'node:child_process';

if (process.argv[2] === 'child') {
  process.on('message', (message) => process.send(message));
} else {
  const child = fork(import.meta.filename, ['child']);
  for (const n of [1, 2, 3]) child.send({ n });
  child.on('message', (message) => {
    console.log(`parent got ${JSON.stringify(message)}`);
    if (message.n === 3) child.disconnect();
  });
  child.on('exit', (code) => console.log(`exit code ${code}`));
}
