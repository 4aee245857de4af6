// How many microtask turns an await costs, counted by a clock that ticks once a turn.
let turn = 0;
const clock = () => { turn += 1; if (turn < 40) queueMicrotask(clock); };
queueMicrotask(clock);

const settled = Promise.resolve();
const plain = async () => {};
const one = async () => { await settled; };

let before = turn;
await settled;
console.log('a settled promise:', turn - before);

before = turn;
await plain();
console.log('an async function without await:', turn - before);

before = turn;
await one();
console.log('an async function with one await:', turn - before);

before = turn;
await settled.then(() => {}).then(() => {});
console.log('then and then:', turn - before);

before = turn;
const slow = one();
await plain();
await slow;
console.log('two at a time:', turn - before);
