// Ctrl-C: a signal is an event like others, once a program listens to it.
const work = setInterval(() => {}, 1000);
process.on('SIGINT', () => {
  console.log('SIGINT: finishing the work');
  clearInterval(work);
});
process.on('exit', (code) => console.log('exit', code));
process.kill(process.pid, 'SIGINT');
console.log('the signal was sent');
