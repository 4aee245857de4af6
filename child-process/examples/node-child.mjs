import { spawn } from 'node:child_process';
import { once } from 'node:events';

const script = "process.on('message', (message) => process.send(message));";
const stdio = ['inherit', 'inherit', 'inherit', 'ipc'];
const child = spawn(process.execPath, ['-e', script], { stdio });
for (const message of [1, 'two', null, [3, 4], { five: 'é\n' }, 0.1 + 0.2]) {
  child.send(message);
  const [answer] = await once(child, 'message');
  console.log(`${JSON.stringify(message)} came back as ${JSON.stringify(answer)}`);
}
child.disconnect();
console.log(`connected: ${child.connected}`);
console.log(`exit code ${(await once(child, 'exit'))[0]}`);
