// fork(): the parent is a Node program. Here the child is one as well; there it is Rust.
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

if (process.argv[2] === 'child') {
  process.on('message', (message) => process.send(message));
} else {
  const child = fork(fileURLToPath(import.meta.url), ['child']);
  let left = 3;
  child.on('message', (message) => {
    console.log(`parent got ${JSON.stringify(message)}`);
    if (--left === 0) child.disconnect();
  });
  child.on('exit', (code) => console.log(`exit code ${code}`));
  for (const n of [1, 2, 3]) child.send({ n });
}
