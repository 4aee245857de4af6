// The twin of `event-loop bench callbacks`.
const count = Number(process.argv[2] ?? 100) * 1000;
const turn = () => new Promise((done) => setImmediate(done));
let warm = true;
function say(name, began) {
  if (!warm) console.log(name, (count / (Number(process.hrtime.bigint() - began) / 1e9)).toFixed(0));
}

async function each(name, batch, schedule) {
  const began = process.hrtime.bigint();
  let ran = 0;
  let done;
  const all = new Promise((resolve) => { done = resolve; });
  for (let n = 0; n < count; n += batch) {
    for (let m = 0; m < batch; m++) schedule(() => { if (++ran === count) done(); });
    await turn();
  }
  await all;
  say(name, began);
}

async function all() {
  await each('immediates in a batch', 1000, setImmediate);
  let began = process.hrtime.bigint();
  await new Promise((done) => {
    const next = (left) => { if (left > 0) setImmediate(next, left - 1); else done(); };
    next(count);
  });
  say('immediates in a chain', began);
  await each('ticks', 1000, process.nextTick);
  await each('microtasks', 1000, queueMicrotask);
  began = process.hrtime.bigint();
  for (let n = 0; n < count; n++) await Promise.resolve();
  say('promise hops', began);
  await each('timers of 1 ms', count, (callback) => setTimeout(callback, 1));
  began = process.hrtime.bigint();
  for (let n = 0; n < count; n++) clearTimeout(setTimeout(() => {}, 1000));
  say('timers set and cleared', began);
}

await all();
warm = false;
await all();
