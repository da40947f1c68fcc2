import { isLoopback } from './loopback.js';

describe('isLoopback', () => {
  it.each(['127.0.0.1', '127.0.0.2', '127.255.255.255', '::1', '0:0:0:0:0:0:0:1', '::ffff:127.0.0.1', 'localhost'])(
    'is what only this machine reaches: %s',
    (host) => expect(isLoopback(host)).toBe(true),
  );

  it.each(['0.0.0.0', '::', '128.0.0.1', '10.0.0.1', '::2', '::ffff:10.0.0.1', '0', '127.1', 'localhost.example', ''])(
    'is nothing that others may reach, or that may come to mean such: %j',
    (host) => expect(isLoopback(host)).toBe(false),
  );
});
