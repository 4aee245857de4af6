import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

// A conversation: each answer is read before the next line is sent.
const child = spawn('sh', ['-c', 'while read -r line; do echo "<$line>"; done; echo eof']);
const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
for (const word of ['one', 'two words', 'three']) {
  child.stdin.write(`${word}\n`);
  console.log(`sent ${word}, got ${(await lines.next()).value}`);
}
child.stdin.end();
console.log(`after end: ${(await lines.next()).value}`);
const { done } = await lines.next();
console.log(`done: ${done}, exit code ${child.exitCode ?? (await once(child, 'exit'))[0]}`);

// 2 MiB through cat: neither side may wait for the other to finish.
const cat = spawn('cat');
const closed = once(cat, 'close');
let bytes = 0;
cat.stdout.on('data', (chunk) => { bytes += chunk.length; });
cat.stdin.end(Buffer.alloc(1 << 21, 'abcdefgh'));
await closed;
console.log(`cat: ${bytes} bytes, exit code ${cat.exitCode}`);

// A child that stops reading early: the broken pipe is not an error of the run.
const head = spawn('head', ['-n', '1']);
const left = once(head, 'close');
let first = '';
head.stdout.on('data', (chunk) => { first += chunk; });
head.stdin.on('error', () => {});
head.stdin.end('first\n' + 'x'.repeat(1 << 20));
await left;
console.log(`head: ${first.trim()}, exit code ${head.exitCode}`);
