// Runs TypeScript in a process of a test, as Jest does in its own: `node test/support/typescript.cjs FILE`.
const { readFileSync } = require('node:fs');
const Module = require('node:module');
const { join, resolve } = require('node:path');
const { transformSync } = require('@swc/core');

const library = resolve(__dirname, '../../libs/claude/src');
const options = {
  jsc: {
    target: 'es2022',
    parser: { syntax: 'typescript', decorators: true },
    transform: { legacyDecorator: true, decoratorMetadata: true },
    keepClassNames: true,
  },
  module: { type: 'commonjs' },
  sourceMaps: false,
};

Module._extensions['.ts'] = (module, filename) => {
  const { code } = transformSync(readFileSync(filename, 'utf8'), { ...options, filename });
  module._compile(code, filename);
};

const resolveFilename = Module._resolveFilename;
Module._resolveFilename = function (request, parent, ...rest) {
  const door = /^nestjs-claude(?:\/(\w+))?$/.exec(request);
  if (door !== null) return join(library, door[1] ?? '', 'index.ts');
  if (/^\.{1,2}\/.*\.js$/.test(request) && parent?.filename?.endsWith('.ts')) {
    return resolveFilename.call(this, request.replace(/\.js$/, '.ts'), parent, ...rest);
  }
  return resolveFilename.call(this, request, parent, ...rest);
};

require(resolve(process.argv[2]));
