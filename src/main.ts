import 'reflect-metadata';
import { explainStartFailure } from './errors/start-failure.js';
import { startGateway } from './gateway.js';
import { readSettings } from './settings.js';

try {
  const gateway = await startGateway(readSettings(process.env));
  gateway.app.enableShutdownHooks(['SIGTERM', 'SIGINT'], { useProcessExit: true });
} catch (error) {
  process.stderr.write(`${explainStartFailure(error)}\n`);
  process.exit(1);
}
