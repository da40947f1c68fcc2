#!/usr/bin/env node
import { gatewayKeyCommand } from './gateway-key-command.js';
import { keyCommand } from './key-command.js';

const { stdin: input, stdout: output, stderr: errors } = process;

async function main(): Promise<void> {
  const args = process.argv.slice(2);
  process.exitCode =
    args[0] === 'gateway-key'
      ? gatewayKeyCommand(args, { output, errors })
      : await keyCommand(args, { input, output, errors });
}

void main();
