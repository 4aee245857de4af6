// Clearing and refreshing timers and immediates, from inside the phase that would have run them.
const timers = [];
const immediates = [];

const t1 = setTimeout(() => {
  console.log('t1 clears t2 and refreshes t3');
  clearTimeout(timers[0]);
  timers[1].refresh();
}, 5);
timers.push(setTimeout(() => console.log('never'), 5));
timers.push(setTimeout(() => {
  console.log('t3, once more to the end of the line');
  t1.refresh(); // it has fired: set again
  clearTimeout(t1);
  clearTimeout(t1); // twice does no harm
  countdown();
}, 5));
setTimeout(() => console.log('t4'), 5);

function countdown() {
  let left = 3;
  const interval = setInterval(() => {
    console.log('interval', left);
    if (--left === 0) {
      clearInterval(interval);
      clearSome();
    }
  }, 1);
}

function clearSome() {
  setImmediate(() => {
    console.log('i1 clears i2, its tick clears i3');
    clearImmediate(immediates[0]);
    process.nextTick(() => clearImmediate(immediates[1]));
  });
  immediates.push(setImmediate(() => console.log('never')));
  immediates.push(setImmediate(() => console.log('never')));
  setImmediate(() => console.log('i4'));
}
