// What keeps the loop alive, and what happens when nothing does any more.
setTimeout(() => console.log('never'), 10_000).unref();
setInterval(() => console.log('never'), 10_000).unref();
const t = setTimeout(() => console.log('timer'), 20);
console.log('hasRef', t.hasRef(), t.unref().hasRef(), t.ref().hasRef());

let rounds = 0;
process.on('beforeExit', (code) => {
  rounds += 1;
  console.log('beforeExit', rounds, code);
  process.nextTick(() => console.log('  its tick does not revive the loop'));
  if (rounds === 1) setTimeout(() => console.log('revived by a timer'), 1);
  if (rounds === 2) setImmediate(() => {
    console.log('revived by an immediate');
    process.exitCode = 3;
  });
  if (rounds === 3) setImmediate(() => console.log('never')).unref();
});
process.on('exit', (code) => {
  console.log('exit', code);
  setTimeout(() => console.log('never'), 0);
  process.nextTick(() => console.log('never'));
  process.exitCode = 0;
});
