// Synchronous code runs to its end before anything else, however long it takes.
const busy = (ms) => { const t = performance.now(); while (performance.now() - t < ms); };

setTimeout(() => console.log('timeout: due long ago'), 1);
setImmediate(() => console.log('immediate'));
Promise.resolve().then(() => console.log('promise'));
console.log('first');
busy(20);
console.log('last');
