// What benches/output.rs does.
import { spawn } from 'node:child_process';

const child = spawn('head', ['-c', `${process.argv[2] ?? 2048}M`, '/dev/zero']);
let bytes = 0;
child.stdout.on('data', (chunk) => { bytes += chunk.length; });
child.on('close', () => console.log(bytes));
