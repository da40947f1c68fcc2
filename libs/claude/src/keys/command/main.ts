#!/usr/bin/env node
import { keyCommand } from './key-command.js';

const { stdin: input, stdout: output, stderr: errors } = process;

async function main(): Promise<void> {
  process.exitCode = await keyCommand(process.argv.slice(2), { input, output, errors });
}

void main();
