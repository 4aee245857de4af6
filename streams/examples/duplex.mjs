// Duplex: two directions in one value, each with its own end.
import { once } from 'node:events';
import { duplexPair } from 'node:stream';
import { text } from 'node:stream/consumers';

const [client, server] = duplexPair();
server.pipe(server); // an echo
for (const word of ['one', 'three']) {
  client.write(word);
  const [answer] = await once(client, 'data');
  console.log(`${word}: ${answer.length} bytes back`);
}

// The client has ended its half and still hears the answer to its last words.
client.end('last words');
console.log(`ended: ${client.writableEnded}`);
console.log(`then it hears: ${await text(client)}`);
