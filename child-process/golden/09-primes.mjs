// CPU-intensive work in children: however many share it, the answer is the same.
import { exec } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { promisify } from 'node:util';

const run = promisify(exec);
const count = async (children) => {
  const line = (first) => `seq ${first} ${children} 20000 | factor | awk 'NF == 2' | wc -l`;
  const parts = await Promise.all(Array.from({ length: children }, (_, i) => run(line(i + 1))));
  return parts.reduce((sum, { stdout }) => sum + Number(stdout), 0);
};
for (const children of [1, 2, 3]) console.log(`${children} children: ${await count(children)} primes`);
console.log(`a child for each core: ${await count(availableParallelism())} primes`);
