// How many microtask turns an await costs, counted by a clock that ticks once a turn.
let turn = 0;
const clock = () => { turn += 1; if (turn < 40) queueMicrotask(clock); };
queueMicrotask(clock);

const settled = Promise.resolve();
const plain = async () => {};
const one = async () => { await settled; };
async function count(what, work) {
  const before = turn;
  await work();
  console.log(`${what}: ${turn - before}`);
}

await count('a settled promise', () => settled);
await count('an async function without await', plain);
await count('an async function with one await', one);
await count('then and then', () => settled.then(() => {}).then(() => {}));
