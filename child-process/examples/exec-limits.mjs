import { exec, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';

const run = (line, options) => promisify(exec)(line, options).catch((err) => err);

console.log(`input: ${execFileSync('tr', ['a-z', 'A-Z'], { input: 'hello' })}`);

const late = await run('exec sleep 30', { timeout: 100 });
console.log(`timeout: killed=${late.killed} signal=${late.signal}`);

const much = await run('seq 1 100000', { maxBuffer: 10 });
console.log(`maxBuffer: ${much.message}, kept ${JSON.stringify(much.stdout)}`);

const aborted = await run('exec sleep 30', { signal: AbortSignal.abort() });
console.log(`signal: ${aborted.message}`);

// A grandchild holds the pipe: the group has to be ended, not the child alone.
const child = spawn('sh', ['-c', 'sleep 30 & echo started; wait'], { detached: true });
const closed = once(child, 'close');
console.log(`group: ${String((await once(child.stdout, 'data'))[0]).trim()}`);
process.kill(-child.pid, 'SIGTERM');
console.log(`group: signal=${(await closed)[1]}, the pipe is closed`);
