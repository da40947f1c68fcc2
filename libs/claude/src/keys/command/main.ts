#!/usr/bin/env node
const { stdin: input, stdout: output, stderr: errors } = process;

/** Each loads what it needs: only those who compare with the bill pay for what compares. */
async function exitCodeOf(args: readonly string[]): Promise<number> {
  switch (args[0]) {
    case 'gateway-key':
      return (await import('./gateway-key-command.js')).gatewayKeyCommand(args, { output, errors });
    case 'migrate':
      return (await import('../../postgres/command/migrate-command.js')).migrateCommand(args, { output, errors });
    case 'reconcile':
      return (await import('../../cost/reconciliation/command/reconcile-command.js')).reconcileCommand(args, {
        output,
        errors,
      });
    default:
      return (await import('./key-command.js')).keyCommand(args, { input, output, errors });
  }
}

async function main(): Promise<void> {
  process.exitCode = await exitCodeOf(process.argv.slice(2));
}

void main();
