#!/usr/bin/env node
import { enableCompileCache } from 'node:module';

// Compiled modules are kept between runs (in the system's temporary folder): the server starts in half the time.
enableCompileCache();

const { runCli } = await import('./run-cli.ts');
process.exitCode = await runCli(process.argv.slice(2));
