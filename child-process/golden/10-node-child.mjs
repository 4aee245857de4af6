// fork(): the child is a Node program. Here the parent is one as well; there it is Rust.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

if (process.argv[2] === 'child') {
  process.on('message', (message) => process.send(message));
} else {
  const child = fork(fileURLToPath(import.meta.url), ['child']);
  for (const message of [1, 'two', null, [3, 4], { five: 'é\n' }]) {
    child.send(message);
    const [answer] = await once(child, 'message');
    console.log(`${JSON.stringify(message)} came back as ${JSON.stringify(answer)}`);
  }
  child.disconnect();
  const [code] = await once(child, 'exit');
  console.log(`exit code ${code}`);
}
