// Duplex: two directions in one value, each with its own end.
import { duplexPair } from 'node:stream';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

const [client, server] = duplexPair();
server.on('data', (chunk) => server.write(`echo of ${chunk}`));
for (const word of ['one', 'two']) {
  client.write(word);
  const [answer] = await once(client, 'data');
  console.log(`${word} -> ${answer}`);
}

// The client has ended its half and still hears the answer to its last words.
server.removeAllListeners('data');
server.pipe(server);
client.end('last words');
console.log(`client ended: ${client.writableEnded}, still reading: ${!client.readableEnded}`);
console.log(`then it hears: ${await text(client)}`);
console.log(`both halves ended: ${client.writableFinished && client.readableEnded}`);
