#!/usr/bin/env node
import { migrateCommand } from '../../postgres/command/migrate-command.js';
import { gatewayKeyCommand } from './gateway-key-command.js';
import { keyCommand } from './key-command.js';

const { stdin: input, stdout: output, stderr: errors } = process;

async function main(): Promise<void> {
  const args = process.argv.slice(2);
  if (args[0] === 'gateway-key') process.exitCode = gatewayKeyCommand(args, { output, errors });
  else if (args[0] === 'migrate') process.exitCode = await migrateCommand(args, { output, errors });
  else process.exitCode = await keyCommand(args, { input, output, errors });
}

void main();
