// The built gateway as `npm start` runs it, telling its address to the parent.
import 'reflect-metadata';
import { startGateway } from '../../dist/gateway.js';
import { readSettings } from '../../dist/settings.js';

const gateway = await startGateway(readSettings(process.env), () => undefined);
process.send({ url: gateway.url });
process.on('disconnect', () => process.exit(0));
process.on('SIGTERM', () => process.exit(0));
