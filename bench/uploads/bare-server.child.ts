import { createWriteStream } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream/promises';

/** The least that can be done with an upload: its bytes go to a file. Sends its address; ends with its parent. */
function serveBare(file: string): void {
  const server = createServer((request, response) => {
    pipeline(request, createWriteStream(file)).then(
      () => response.end(),
      () => response.destroy(),
    );
  });
  server.listen(0, '127.0.0.1', () => {
    const { port } = server.address() as AddressInfo; // it listens on TCP
    process.send?.(`http://127.0.0.1:${port}/`);
  });
  process.once('disconnect', () => process.exit());
}

const [file] = process.argv.slice(2);
if (file !== undefined) serveBare(file);
