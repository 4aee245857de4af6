// Input for a child, a time limit, a limit of output, and the end of a whole family.
import { exec, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';

const run = (cmd, options) => new Promise((done) => exec(cmd, options, (err, stdout) => done([err, stdout])));

console.log(`input: ${execFileSync('tr', ['a-z', 'A-Z'], { input: 'hello' })}`);

const [late] = await run('exec sleep 30', { timeout: 100 });
console.log(`timeout: code=${late.code} killed=${late.killed} signal=${late.signal}`);

const [much, kept] = await run('seq 1 100000', { maxBuffer: 10 });
console.log(`maxBuffer: ${much.message}, kept ${JSON.stringify(kept)}`);

// A grandchild holds the pipe: only the end of the whole group is its end.
const child = spawn('sh', ['-c', 'sleep 30 & echo started; wait'], { detached: true });
const closed = once(child, 'close');
console.log(`family: ${String((await once(child.stdout, 'data'))[0]).trim()}`);
process.kill(-child.pid, 'SIGTERM');
console.log(`family: signal=${(await closed)[1]}, nobody holds the pipe`);
