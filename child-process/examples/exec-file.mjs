import { exec, execFile } from 'node:child_process';

const q = JSON.stringify;
const run = (file, args, options = {}) => new Promise((done) => {
  execFile(file, args, options, (err, stdout) => {
    if (!err) console.log(`${file}: ${q(stdout)}`);
    else if (!err.syscall) console.log(`${file}: ${q(err.message)} code=${err.code}`);
    else {
      console.log(`${file}: ${err.message}`);
      const { code, errno, path, spawnargs } = err;
      console.log(`  code=${code} errno=${errno} path=${path} spawnargs=${spawnargs}`);
    }
    done();
  });
});

await run('printf', ['%s|', '$HOME', 'a b', ';echo no', '*', '']);
await run('no-such-program-xyz', ['a', 'b c']);
await run('/no/such/dir/program', []);
await run('/etc/passwd', []); // there, but not executable
await run('true', [], { cwd: '/no/such/dir' }); // the directory is what is missing
await run('false', ['ignored', 'args']);

// With a shell in between, arguments are joined by spaces and not quoted.
exec(['printf', '%s,', 'a b', '$((2+3))'].join(' '), (err, stdout) => {
  console.log(`joined: ${q(stdout)}`);
});
