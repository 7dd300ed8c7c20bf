import { once } from 'node:events';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CliError } from '../cli-error.ts';
import { connect } from '../connect.ts';
import { nearPath } from '../near-path.ts';
import { printResult, type CommandContext } from '../command-context.ts';
import { runTour, type TourResult } from '../demo/run-tour.ts';
import { startDemoServer, type DemoServer } from '../demo/start-demo-server.ts';

/** The bundled lecture: about three minutes, spoken by a synthetic voice. */
const SAMPLE = fileURLToPath(new URL('../../../samples/how-memory-works.opus', import.meta.url));

/** `scholium demo`: shows everything on the sample lecture, then serves on unless `--exit` is given. */
export async function demo(context: CommandContext, options: { exit: boolean }): Promise<void> {
  const { terminal, signal } = context;
  const sample = await stat(SAMPLE).catch(() => null);
  if (!sample)
    throw new CliError(
      'failed',
      'sample_missing',
      'The sample lecture is missing. Get a complete checkout of Scholium, or use "scholium ingest" with a recording of yours.',
    );
  // With --json only the result goes to standard output.
  const shown = context.json ? { ...context, terminal: { ...terminal, print: terminal.note } } : context;
  const server = await startDemoServer(shown.terminal);
  try {
    showStart(shown, server, sample.size);
    const result = await runTour(shown, connect(server.url, null), {
      file: SAMPLE,
      exportDir: join(server.dataDir, 'demo-exports'),
    });
    finish(context, server, result, options.exit);
    if (!options.exit && !signal.aborted) await once(signal, 'abort');
  } finally {
    await server.close();
  }
}

function showStart({ terminal }: CommandContext, server: DemoServer, sizeBytes: number): void {
  terminal.print(terminal.style('bold', 'Scholium demo'));
  terminal.print('A recording becomes a transcript, notes, an answer and files.');
  terminal.print();
  terminal.print(`  Server     ${server.url}`);
  terminal.print(`  Data       ${nearPath(server.dataDir)}`);
  terminal.print(`  Recording  ${nearPath(SAMPLE)} (${(sizeBytes / 1e6).toFixed(1)} MB)`);
  terminal.print();
}

function finish(context: CommandContext, server: DemoServer, result: TourResult, exit: boolean): void {
  const { terminal } = context;
  printResult(context, { server: server.url, ...result }, () => {
    terminal.print();
    if (exit) return;
    terminal.print(`  Scholium is running at ${terminal.style('bold', server.url)}`);
    terminal.print(`  API reference: ${server.url}/api/docs`);
    terminal.print('  Press Ctrl-C to stop.');
  });
}
