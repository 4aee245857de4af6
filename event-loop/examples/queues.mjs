// Two queues between callbacks: all ticks, then all microtasks, and again, after every callback.
setTimeout(() => {
  setImmediate(() => {
    console.log('immediate A');
    queueMicrotask(() => console.log('  micro of A'));
    process.nextTick(() => console.log('  tick of A'));
  });
  setImmediate(() => console.log('immediate B'));

  queueMicrotask(() => {
    console.log('micro 1');
    process.nextTick(() => console.log('tick from micro 1'));
    queueMicrotask(() => console.log('micro 3, queued by micro 1'));
  });
  queueMicrotask(() => console.log('micro 2'));
  process.nextTick(() => {
    console.log('tick 1');
    process.nextTick(() => console.log('tick 3, queued by tick 1'));
    queueMicrotask(() => console.log('micro from tick 1'));
  });
  process.nextTick(() => console.log('tick 2'));
  console.log('end of the callback');
}, 1);
