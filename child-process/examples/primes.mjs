import { exec } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { promisify } from 'node:util';

const count = async (children) => {
  const parts = Array.from({ length: children }, (_, first) => promisify(exec)(
    `seq ${first + 1} ${children} 20000 | factor | awk 'NF == 2' | wc -l`,
  ));
  return (await Promise.all(parts)).reduce((sum, { stdout }) => sum + Number(stdout), 0);
};

for (const n of [1, 2, 3]) console.log(`${n} children: ${await count(n)} primes`);
console.log(`a child for each core: ${await count(availableParallelism())} primes`);
