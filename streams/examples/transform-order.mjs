// Transform: order is kept, through a chain, through a flush, and with several items in flight.
import { EventEmitter, once } from 'node:events';
import { Readable, Transform } from 'node:stream';

const pairs = () => new Transform({ // two items in, one out; an odd one is kept for the flush
  objectMode: true,
  transform(item, _encoding, done) {
    if (this.held === undefined) {
      this.held = item;
    } else {
      this.push(`${this.held}+${item}`);
      this.held = undefined;
    }
    done();
  },
  flush(done) {
    this.push(this.held === undefined ? 'none left' : `${this.held} alone`);
    done();
  },
});
const upper = Readable.from(['one', 'two', 'three']).map((word) => word.toUpperCase());
console.log(`chain: ${(await upper.compose(pairs()).toArray()).join(', ')}`);
console.log(`empty: ${(await Readable.from([]).compose(pairs()).toArray()).join(', ')}`);

// Three in flight: the first one finishes last, its result still comes first.
const ended = new EventEmitter();
async function square(n) {
  console.log(`start ${n}`);
  if (n < 3) await once(ended, n + 1);
  console.log(`end ${n}`);
  ended.emit(n);
  return n * n;
}
const squares = await Readable.from([1, 2, 3]).map(square, { concurrency: 3 }).toArray();
console.log(`squares: ${squares.join(' ')}`);
