// execFile(): no shell in between, and what a failure to start looks like.
import { exec, execFile } from 'node:child_process';

const q = (s) => JSON.stringify(s);
const run = (file, args, options = {}) => new Promise((done) => {
  execFile(file, args, options, (err, stdout, stderr) => {
    console.log(`${file} ${q(args)}`);
    if (err === null) {
      console.log(`  stdout=${q(stdout)} stderr=${q(stderr)}`);
    } else if (err.syscall) {
      console.log(`  ${err.message}`);
      console.log(`  code=${err.code} errno=${err.errno} syscall=${q(err.syscall)} path=${q(err.path)}`);
      console.log(`  spawnargs=${q(err.spawnargs)} cmd=${q(err.cmd)}`);
    } else {
      console.log(`  ${q(err.message)} code=${err.code} signal=${err.signal}`);
    }
    done();
  });
});

await run('printf', ['%s|', '$HOME', 'a b', ';echo no', '*', '']);
await run('no-such-program-xyz', ['a', 'b c']);
await run('/no/such/dir/program', []);
await run('/etc/passwd', []);                          // there, but not executable
await run('true', [], { cwd: '/no/such/dir' });        // the cwd is what is missing
await run('false', ['ignored', 'args']);

// With a shell in between, arguments are joined by spaces and not quoted.
await new Promise((done) => exec(['printf', '%s,', 'a b', '$((2+3))'].join(' '), (err, stdout) => {
  console.log(`joined: ${q(stdout)}`);
  done();
}));
