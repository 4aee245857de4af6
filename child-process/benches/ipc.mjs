// What benches/ipc.rs does: a fork of this file sends back what it gets.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

if (process.argv[2] === 'peer') {
  process.on('message', (message) => process.send(message));
} else {
  const times = Number(process.argv[2] ?? 200);
  const child = fork(fileURLToPath(import.meta.url), ['peer']);
  const seconds = (began) => Number(process.hrtime.bigint() - began) / 1e9;

  const ping = { type: 'ping', n: 1, text: 'as long as most are' };
  const trips = async (count) => {
    for (let n = 0; n < count; n++) { child.send(ping); await once(child, 'message'); }
  };
  await trips(100);
  let began = process.hrtime.bigint();
  await trips(times * 50);
  console.log('round trips', (times * 50 / seconds(began)).toFixed(1));

  const large = { text: 'x'.repeat(100_000) };
  let back = 0;
  began = process.hrtime.bigint();
  const all = new Promise((done) => child.on('message', () => { if (++back === times * 5) done(); }));
  for (let n = 0; n < times * 5; n++) child.send(large);
  await all;
  console.log('MB/s there and back', (times * 5 * 0.1 / seconds(began)).toFixed(1));
  child.disconnect();
}
