// Four threads for what blocks. The fifth job waits until one of them is free; the loop goes on.
import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, promises as fs, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

// Opening a pipe for reading blocks a thread of the pool until it is opened for writing.
const folder = mkdtempSync(join(tmpdir(), 'pipes-'));
const pipes = [1, 2, 3, 4].map((n) => join(folder, `${n}`));
execFileSync('mkfifo', pipes);
const blocked = pipes.map(async (pipe) => (await fs.open(pipe)).close());

let fifth = 'waiting';
const job = fs.stat('.').then(() => { fifth = 'done'; });
await sleep(30);
console.log('a timer of the loop fires');
console.log('four jobs blocked, the fifth is', fifth);

closeSync(openSync(pipes[0], 'w')); // lets the first go on
await job;
console.log('one thread free, the fifth is', fifth);
for (const pipe of pipes.slice(1)) closeSync(openSync(pipe, 'w'));
await Promise.all(blocked);
console.log('all done');
rmSync(folder, { recursive: true });
