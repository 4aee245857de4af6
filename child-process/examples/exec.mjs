import { exec } from 'node:child_process';

exec('echo hello', (err, stdout) => {
  if (err) return console.log(err);
  console.log(`Output: ${stdout}`);
});
