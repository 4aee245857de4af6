import { exec } from 'node:child_process';
import { promisify } from 'node:util';

const q = JSON.stringify;
for (const line of [
  'exit 3',
  'echo kept; echo bad >&2; exit 42',
  'false',
  'exit 255',
  'exit 0',
  'kill -TERM $$', // death by a signal: no code
  'sh -c "exit 7"; true',
  'false || echo recovered',
]) {
  try {
    const { stdout } = await promisify(exec)(line);
    console.log(`${q(line)} ok, stdout=${q(stdout)}`);
  } catch (err) {
    console.log(`${q(line)} failed: ${q(err.message)}`);
    console.log(`  code=${err.code} signal=${err.signal} killed=${err.killed}`);
    console.log(`  stdout=${q(err.stdout)} stderr=${q(err.stderr)}`);
  }
}
