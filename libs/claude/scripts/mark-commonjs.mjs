// The package is "type": "module"; the CommonJS build needs a package.json of its own to say otherwise.
import { writeFileSync } from 'node:fs';

writeFileSync(new URL('../dist/cjs/package.json', import.meta.url), '{ "type": "commonjs" }\n');
