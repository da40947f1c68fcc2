#!/usr/bin/env node
import { gatewayKeyCommand } from './gateway-key-command.js';
import { keyCommand } from './key-command.js';

const { stdin: input, stdout: output, stderr: errors } = process;

async function main(): Promise<void> {
  const args = process.argv.slice(2);
  process.exitCode = await exitCodeOf(args);
}

async function exitCodeOf(args: readonly string[]): Promise<number> {
  if (args[0] === 'gateway-key') return gatewayKeyCommand(args, { output, errors });
  if (args[0] !== 'reconcile') return keyCommand(args, { input, output, errors });
  // Only those who compare pay for loading it.
  const { reconcileCommand } = await import('../../cost/reconciliation/command/reconcile-command.js');
  return reconcileCommand(args, { output, errors });
}

void main();
