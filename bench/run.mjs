// `npm run bench`, or `npm run bench -- library gateway context resilience admission ledger sanitization --quick`. Figures are ratios within one run: machines differ.
import os from 'node:os';
import { benchAdmission } from './admission.mjs';
import { benchContext } from './context.mjs';
import { benchGateway } from './gateway.mjs';
import { benchLedger } from './ledger.mjs';
import { benchLibrary } from './library.mjs';
import { benchResilience } from './resilience.mjs';
import { benchSanitization } from './sanitization.mjs';

const words = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const quick = process.argv.includes('--quick');
const wanted = (name) => words.length === 0 || words.includes(name);
const options = quick ? { rounds: 3, scale: 0.5 } : {};

console.log(`Node ${process.version}, ${os.availableParallelism()} cores of ${os.cpus()[0]?.model ?? 'unknown make'}`);
if (wanted('library')) await benchLibrary(options);
if (wanted('gateway')) await benchGateway(options);
if (wanted('context')) await benchContext();
if (wanted('resilience')) await benchResilience(options);
if (wanted('admission')) await benchAdmission(options);
if (wanted('ledger')) benchLedger();
if (wanted('sanitization')) await benchSanitization(options);
