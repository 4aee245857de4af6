// A promise starts when it is made. What Rust calls a future is a function that was not called yet.
const work = async (name) => console.log(name, 'starts');

const promise = work('the promise');
console.log('made a promise');
const future = () => work('the future');
console.log('made a future');
await promise;
console.log('awaiting the future');
await future();
