// The floor of any gateway on Node: bytes in, bytes out, by undici, and nothing looked at.
import { createServer } from 'node:http';
import { Agent } from 'undici';

const origin = process.env.ANTHROPIC_BASE_URL;
const agent = new Agent();

const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    const { 'content-type': type, 'anthropic-version': version } = request.headers;
    const headers = { 'content-type': type, 'anthropic-version': version, 'x-api-key': 'bench' };
    agent
      .stream({ origin, path: request.url, method: 'POST', headers, body: Buffer.concat(chunks) }, (answer) => {
        const { connection: _, 'keep-alive': __, 'transfer-encoding': ___, ...passed } = answer.headers;
        response.writeHead(answer.statusCode, passed);
        return response;
      })
      .catch(() => response.destroy());
  });
});
server.listen(0, '127.0.0.1', () => process.send({ url: `http://127.0.0.1:${server.address().port}` }));
process.on('disconnect', () => process.exit(0));
