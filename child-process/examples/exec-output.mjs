import { exec } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(exec);
const lines = {
  plain: 'echo hello',
  both: 'echo out1; echo err >&2; echo out2',
  pipeline: "printf 'b\\na\\nc\\n' | sort | tr a-z A-Z",
  arithmetic: 'x=3; echo $((x * 14))',
  'no newline': "printf 'no newline'",
  empty: 'true',
  'utf-8': "printf 'h\\303\\251llo \\342\\202\\254\\n'",
  'bad utf-8': "printf 'a\\377b'",
};
for (const [label, line] of Object.entries(lines)) {
  const { stdout, stderr } = await run(line);
  console.log(`${label}: stdout=${JSON.stringify(stdout)} stderr=${JSON.stringify(stderr)}`);
}

// Two commands run at the same time; the results come in the order of the calls.
const both = await Promise.all([run('sleep 0.1; echo slow'), run('echo fast')]);
console.log(`parallel: ${both[0].stdout.trim()} ${both[1].stdout.trim()}`);
